//! Figures: amounts and counts, how they stand against the period before, and currencies side by side, never added.

use crate::money::{Currency, Money, grouped};
use leptos::prelude::*;

/// A number that people compare: a count, or money of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// How many.
    Count(i64),
    /// How much.
    Money(Money),
}

impl Figure {
    /// The bare number: the count, or minor units.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Self::Count(count) => count,
            Self::Money(money) => money.minor,
        }
    }

    /// Another number of the same kind.
    #[must_use]
    pub fn with_number(self, number: i64) -> Self {
        match self {
            Self::Count(_) => Self::Count(number),
            Self::Money(money) => Self::Money(Money::new(number, money.currency)),
        }
    }
}

impl From<i64> for Figure {
    fn from(count: i64) -> Self {
        Self::Count(count)
    }
}

impl From<Money> for Figure {
    fn from(money: Money) -> Self {
        Self::Money(money)
    }
}

/// As people read it: `1,234`, `−3`, `$1,234.50`.
impl std::fmt::Display for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Count(count) => {
                let minus = if *count < 0 { "−" } else { "" };
                write!(f, "{minus}{}", grouped(&count.unsigned_abs().to_string()))
            }
            Self::Money(money) => money.fmt(f),
        }
    }
}

/// Which way is good news.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Better {
    /// Earnings, subscribers.
    #[default]
    More,
    /// Churn, refunds.
    Less,
    /// Neither is.
    Neither,
}

/// A figure and the one of the period before; without that, nothing is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Of this period.
    pub current: Figure,
    /// Of the period before; `None` when there is nothing from that time.
    pub previous: Option<Figure>,
}

impl Compared {
    /// `current` against `previous`.
    #[must_use]
    pub fn new(current: impl Into<Figure>, previous: Option<impl Into<Figure>>) -> Self {
        Self { current: current.into(), previous: previous.map(Into::into) }
    }

    /// Pairs sums by currency: this period's in their order, then those that only the period before had. `previous` is
    /// `None` when there is nothing from that time. Nothing at all is zero of `fallback`.
    #[must_use]
    pub fn by_currency(current: &[Money], previous: Option<&[Money]>, fallback: Currency) -> Vec<Self> {
        let before = |currency| {
            let sums = previous?;
            let sum = sums.iter().find(|money| money.currency == currency);
            Some(sum.copied().unwrap_or_else(|| Money::new(0, currency)))
        };
        let known = |currency| current.iter().any(|money| money.currency == currency);
        let ended = previous.unwrap_or_default().iter().filter(|money| !known(money.currency));
        let ended = ended.map(|money| Money::new(0, money.currency));
        let mut pairs: Vec<_> = current.iter().copied().chain(ended).collect();
        if pairs.is_empty() {
            pairs.push(Money::new(0, fallback));
        }
        pairs.into_iter().map(|money| Self::new(money, before(money.currency))).collect()
    }
}

/// How a comparison is said.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Said {
    class: &'static str,
    arrow: &'static str,
    spoken: &'static str,
    by: String,
    from: String,
}

/// The words for `compared`; `None` when there is nothing to compare with.
fn say(compared: Compared, better: Better) -> Option<Said> {
    let previous = compared.previous?;
    let (now, before) = (compared.current.number(), previous.number());
    let from = format!(" from {previous}");
    let (arrow, spoken, good) = match now.cmp(&before) {
        std::cmp::Ordering::Equal => {
            let by = "No change".to_owned();
            return Some(Said { class: "change", arrow: "", spoken: "", by, from });
        }
        std::cmp::Ordering::Greater => ("↑ ", "Up ", Better::More),
        std::cmp::Ordering::Less => ("↓ ", "Down ", Better::Less),
    };
    let class = match better {
        Better::Neither => "change",
        it if it == good => "change up",
        _ => "change down",
    };
    let difference = now.saturating_sub(before).saturating_abs();
    let by = percent(now, before).unwrap_or_else(|| compared.current.with_number(difference).to_string());
    Some(Said { class, arrow, spoken, by, from })
}

/// By how many percent `now` differs from `before`, without sign. From nothing, to or from a negative sum, and beyond tenfold
/// a percentage tells nothing: `None`, and the difference itself is said.
fn percent(now: i64, before: i64) -> Option<String> {
    let (now, before) = (i128::from(now), i128::from(before));
    if before <= 0 || now < 0 || now > before * 10 {
        return None;
    }
    let difference = (now - before).abs();
    let tenths = (difference * 2000 + before) / (before * 2);
    Some(match tenths {
        0 => "under 0.1\u{a0}%".to_owned(),
        1000.. => format!("{}\u{a0}%", (difference * 200 + before) / (before * 2)),
        _ if tenths % 10 == 0 => format!("{}\u{a0}%", tenths / 10),
        _ => format!("{}.{}\u{a0}%", tenths / 10, tenths % 10),
    })
}

fn said(said: Said, brief: bool) -> impl IntoView {
    let from = (!brief).then_some(said.from);
    view! {
        <b><span aria-hidden="true">{said.arrow}</span><span class="visually-hidden">{said.spoken}</span>{said.by}</b>
        {from}
    }
}

const NOTHING: &str = "Nothing to compare with yet";

/// How a figure stands against the one before: arrow, percent (or the difference, where a percentage says nothing), and from
/// what; `brief` leaves out from what, for table cells.
#[component]
pub fn Change(
    compared: Compared,
    #[prop(optional)] better: Better,
    #[prop(optional)] brief: bool,
) -> impl IntoView {
    match say(compared, better) {
        Some(it) => {
 let class = it.class;
 view! { <span class=class>{said(it, brief)}</span> }.into_any()},
        None if brief => view! { <span class="change"><span aria-hidden="true">"–"</span><span class="visually-hidden">{NOTHING}</span></span> }.into_any(),
        None => view! { <span class="change">{NOTHING}</span> }.into_any(),
    }
}

/// The list around [`Stat`]s.
#[component]
pub fn Stats(children: Children) -> impl IntoView {
    view! { <dl class="stats">{children()}</dl> }
}

/// One headline figure, once per currency, each against the period before. No figures at all is a dash with `note`, which
/// says why; otherwise `note` stands under the figures. An empty note is none.
#[component]
pub fn Stat(
    #[prop(into)] label: String,
    figures: Vec<Compared>,
    /// Where each figure leads: to what it is made of.
    #[prop(optional)]
    opens: Vec<String>,
    #[prop(optional)] better: Better,
    #[prop(optional, into)] note: Option<String>,
) -> impl IntoView {
    let several = figures.len() > 1;
    let class = if several { "stat-value several" } else { "stat-value" };
    let dash = figures.is_empty().then(|| view! { <dd class="stat-value">"—"</dd> });
    let mut opens = opens.into_iter();
    let figures = figures.into_iter().map(move |compared| {
        let currency = if several { code_beside(compared.current) } else { None };
        let currency =
            currency.map(|code| view! { " "<span class="currency">{code.as_str().to_owned()}</span> });
        let change = match say(compared, better) {
            Some(it) => {
                let class = it.class;
                view! { <dd class=class>{said(it, false)}</dd> }.into_any()
            }
            None => view! { <dd class="change">{NOTHING}</dd> }.into_any(),
        };
        let figure = view! { {compared.current.to_string()}{currency} };
        let figure = match opens.next() {
            Some(href) => view! { <a class="opens" href=href>{figure}</a> }.into_any(),
            None => figure.into_any(),
        };
        view! { <dd class=class>{figure}</dd>{change} }
    });
    view! {
        <div class="stat">
            <dt class="stat-label">{label}</dt>
            {dash}
            {figures.collect_view()}
            {note.filter(|note| !note.is_empty()).map(|note| view! { <dd class="change">{note}</dd> })}
        </div>
    }
}

/// The code that stands beside an amount among several currencies, unless the amount itself begins with it.
fn code_beside(figure: Figure) -> Option<Currency> {
    let Figure::Money(money) = figure else { return None };
    (!money.to_string().contains(money.currency.as_str())).then_some(money.currency)
}

/// Money in a text or a table cell; refunds are red and keep their minus sign.
#[component]
pub fn Amount(money: Money) -> impl IntoView {
    let class = if money.minor < 0 { "money negative" } else { "money" };
    view! { <span class=class>{money.to_string()}</span> }
}

/// Sums of several currencies side by side; none at all is a dash.
#[component]
pub fn Amounts(sums: Vec<Money>) -> impl IntoView {
    if sums.is_empty() {
        return view! { <span class="faint">"—"</span> }.into_any();
    }
    let sums = sums.into_iter().enumerate().map(|(index, money)| {
        let dot = (index > 0).then_some(" · ");
        view! { {dot}<Amount money/> }
    });
    sums.collect_view().into_any()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    fn eur(minor: i64) -> Money {
        Money::new(minor, "EUR".parse().unwrap())
    }

    fn usd(minor: i64) -> Money {
        Money::new(minor, Currency::USD)
    }

    fn words(now: i64, before: i64) -> String {
        let it = say(Compared::new(usd(now), Some(usd(before))), Better::More).unwrap();
        format!("{}{}{}", it.arrow, it.by, it.from).replace('\u{a0}', " ")
    }

    #[test]
    fn a_change_is_a_percentage_rounded_to_a_tenth() {
        assert_eq!(words(11_236, 10_000), "↑ 12.4 % from $100.00");
        assert_eq!(words(11_235, 10_000), "↑ 12.4 % from $100.00");
        assert_eq!(words(11_234, 10_000), "↑ 12.3 % from $100.00");
        assert_eq!(words(9700, 10_000), "↓ 3 % from $100.00");
        assert_eq!(words(0, 10_000), "↓ 100 % from $100.00");
        assert_eq!(words(31_550, 10_000), "↑ 216 % from $100.00");
        assert_eq!(words(1_000_001, 1_000_000), "↑ under 0.1 % from $10,000.00");
    }

    #[test]
    fn where_a_percentage_tells_nothing_the_difference_is_said() {
        assert_eq!(words(1200, 0), "↑ $12.00 from $0.00");
        assert_eq!(words(-500, 1000), "↓ $15.00 from $10.00");
        assert_eq!(words(2000, -1000), "↑ $30.00 from −$10.00");
        assert_eq!(words(20_000, 100), "↑ $199.00 from $1.00");
        assert_eq!(words(0, 0), "No change from $0.00");
        assert_eq!(words(i64::MIN, i64::MAX), format!("↓ {} from {}", usd(i64::MAX), usd(i64::MAX)));
    }

    #[test]
    fn more_churn_is_worse() {
        let class = |better| say(Compared::new(5, Some(4)), better).unwrap().class;
        assert_eq!(class(Better::More), "change up");
        assert_eq!(class(Better::Less), "change down");
        assert_eq!(class(Better::Neither), "change");
        assert_eq!(say(Compared::new(5, None::<i64>), Better::More), None);
    }

    #[test]
    fn currencies_stand_side_by_side_with_their_own_past() {
        let pairs = Compared::by_currency(&[usd(5)], Some(&[eur(7)]), Currency::USD);
        let expected = [Compared::new(usd(5), Some(usd(0))), Compared::new(eur(0), Some(eur(7)))];
        assert_eq!(pairs, expected);
        assert_eq!(Compared::by_currency(&[], None, Currency::USD), [Compared::new(usd(0), None::<Money>)]);
    }

    #[test]
    fn counts_are_grouped_and_keep_a_true_minus() {
        assert_eq!(Figure::Count(-1234).to_string(), "−1,234");
    }
}
