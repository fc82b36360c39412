//! The SQL of subscribers, as counts: account by account (`offset 0` keeps it so), since one's rows fit in memory.

use super::types::{CohortRow, Cohorts, DueDay, Flow, FlowDay, GRACE_DAYS, Renewals, TERM_DAYS};
use crate::analytics::kept::{Count, Span, uuids};
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::AgencyId;
use crate::period::Period;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

impl Count for Flow {
    const NAME: &'static str = "subscriber_flow";
    type Result = Vec<FlowDay>;

    fn span(&self) -> Span {
        Span::of_both(self.period, self.previous, self.accounts.as_deref())
    }

    async fn count(&self, tx: &mut AgencyTx) -> Result<Vec<FlowDay>> {
        let (agency, accounts) = (tx.agency_id(), uuids(self.accounts.as_ref()));
        let days = sqlx::query_as!(
            FlowDay,
            r#"select day, sum(joined)::bigint as "joined!", sum(lost)::bigint as "lost!"
               from subscriber_days
               where agency_id = $1 and ((day >= $2 and day < $3) or (day >= $4 and day < $5))
                 and ($6::uuid[] is null or account_id = any($6))
               group by day order by day"#,
            agency as AgencyId,
            self.previous.start,
            self.previous.end,
            self.period.start,
            self.period.end,
            accounts.as_deref()
        );
        Ok(days.fetch_all(tx.conn()).await?)
    }
}

impl Count for Renewals {
    const NAME: &'static str = "renewals";
    type Result = Vec<DueDay>;

    fn span(&self) -> Span {
        let ever = Span::ever(self.accounts.as_deref());
        Span { days: Period { start: self.paid_since(), ..ever.days }, ..ever }
    }

    async fn count(&self, tx: &mut AgencyTx) -> Result<Vec<DueDay>> {
        let (agency, accounts) = (tx.agency_id(), uuids(self.accounts.as_ref()));
        let days = sqlx::query_as!(
            DueDay,
            r#"select d.day as "day!", count(*) as "due!", count(*) filter (where d.renewed) as "renewed!"
               from accounts a cross join lateral (
                 select ((p.at + make_interval(hours => 24 * $5)) at time zone 'UTC')::date as day,
                        coalesce(p.next_source = 'renewal' and p.next_at <= p.at + make_interval(hours => 24 * $6), false) as renewed,
                        p.next_at is null and f.subscription = 'subscriber'
                          and f.renews_at > p.at + make_interval(hours => 24 * $6) as is_longer
                 from (select fan_id, occurred_at as at, lead(source) over w as next_source, lead(occurred_at) over w as next_at
                       from earnings
                       where agency_id = $1 and account_id = a.id and source in ('subscription', 'renewal') and gross > 0
                         and fan_id is not null and occurred_at >= $4
                       window w as (partition by fan_id order by occurred_at, transaction_id)) p
                 left join fans f on f.agency_id = $1 and f.account_id = a.id and f.fan_id = p.fan_id
                 offset 0
               ) d
               where a.agency_id = $1 and d.day >= $2 and d.day < $3 and d.is_longer is not true
                 and ($7::uuid[] is null or a.id = any($7))
               group by d.day order by d.day"#,
            agency as AgencyId,
            self.start,
            self.end,
            midnight(self.paid_since()),
            days(TERM_DAYS),
            days(TERM_DAYS + GRACE_DAYS),
            accounts.as_deref()
        );
        Ok(days.fetch_all(tx.conn()).await?)
    }
}

impl Renewals {
    /// The first payments that come up. All later ones are looked at: who came back long after is no subscription of a longer term.
    fn paid_since(&self) -> NaiveDate {
        self.start - Days::new(TERM_DAYS)
    }
}

fn days(days: u64) -> i32 {
    i32::try_from(days).unwrap_or(i32::MAX)
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

impl Count for Cohorts {
    const NAME: &'static str = "cohorts";
    type Result = Vec<CohortRow>;

    fn span(&self) -> Span {
        Span::ever(self.accounts.as_deref())
    }

    /// A fan's first row of a month is one that was paid, if any was; so each counts once however many currencies there are.
    async fn count(&self, tx: &mut AgencyTx) -> Result<Vec<CohortRow>> {
        let (agency, accounts) = (tx.agency_id(), uuids(self.accounts.as_ref()));
        let rows = sqlx::query_as!(
            CohortRow,
            r#"select c.cohort as "cohort!", c.after as "after!", c.currency as "currency!", sum(c.paid)::bigint as "paid!",
                      sum(c.new_in_currency)::bigint as "new_in_currency!", sum(c.net)::bigint as "net!"
               from accounts a cross join lateral (
                 select cohort, currency,
                        greatest((extract(year from month) - extract(year from cohort)) * 12
                                 + extract(month from month) - extract(month from cohort), 0)::integer as after,
                        count(*) filter (where is_paid and nth_of_month = 1) as paid,
                        count(*) filter (where is_paid and nth_in_currency = 1) as new_in_currency, sum(net) as net
                 from (select month, currency, net, is_paid, min(month) filter (where is_paid) over (partition by fan_id) as cohort,
                              row_number() over (partition by fan_id, month order by is_paid desc, currency) as nth_of_month,
                              row_number() over (partition by fan_id, currency order by is_paid desc, month) as nth_in_currency
                       from (select fan_id, currency, date_trunc('month', day::timestamp)::date as month, sum(net) as net,
                                    bool_or(payments > 0) as is_paid
                             from fan_days where agency_id = $1 and account_id = a.id
                             group by fan_id, currency, date_trunc('month', day::timestamp)) m) f
                 where cohort >= $2
                 group by 1, 2, 3
                 offset 0
               ) c
               where a.agency_id = $1 and ($3::uuid[] is null or a.id = any($3))
               group by c.cohort, c.after, c.currency order by c.cohort, c.after, c.currency"#,
            agency as AgencyId,
            self.since,
            accounts.as_deref()
        );
        Ok(rows.fetch_all(tx.conn()).await?)
    }
}
