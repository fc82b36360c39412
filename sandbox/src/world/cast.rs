//! The twelve demo creators and the words their worlds are made of.

/// One creator as the demo knows her before any history is made.
pub(super) struct Role {
    pub handle: &'static str,
    pub name: &'static str,
    pub bio: &'static str,
    pub currency: &'static str,
    /// Cents per 30 days.
    pub price: i64,
    /// New fans per day at the end of the history, at scale 1.
    pub fans_per_day: f64,
    /// Fans per day at the start of the history, as a share of that at the end.
    pub growth_from: f64,
    /// Days since she joined; the whole history if absent.
    pub days_here: Option<i64>,
    /// Reached through the agency grant as well as by her own.
    pub in_agency: bool,
}

const fn role(
    handle: &'static str,
    name: &'static str,
    bio: &'static str,
    price: i64,
    fans_per_day: f64,
    growth_from: f64,
) -> Role {
    Role {
        handle,
        name,
        bio,
        currency: "USD",
        price,
        fans_per_day,
        growth_from,
        days_here: None,
        in_agency: false,
    }
}

/// From the largest to the smallest; the fifth earns euros, the second and the seventh share an
/// agency, the eleventh joined last month.
pub(super) const CAST: [Role; 12] = [
    role("mia.larsson", "Mia Larsson", "Stockholm. Film cameras, cold water, warm DMs.", 1499, 6.2, 0.35),
    Role {
        in_agency: true,
        ..role("noraquinn", "Nora Quinn", "Dancer, night owl, terrible cook.", 1299, 4.4, 0.55)
    },
    role("sofia.vale", "Sofía Vale", "Travel diary you should not read at work.", 999, 3.1, 1.25),
    role("kaya_rivers", "Kaya Rivers", "Climbing, vinyl, long replies.", 1199, 2.2, 0.6),
    Role {
        currency: "EUR",
        ..role("lenahoff", "Lena Hoffmann", "Berlin. Leder, Latein, Lachen.", 1199, 1.7, 0.7)
    },
    role("jade.okafor", "Jade Okafor", "Lagos to London. Fitness first.", 899, 1.25, 0.8),
    Role { in_agency: true, ..role("theo.marsh", "Theo Marsh", "Carpenter with good light.", 799, 0.9, 0.5) },
    role("ivy.chen", "Ivy Chen", "Cosplay, sewing, chaos.", 999, 0.65, 0.4),
    role("amara.bell", "Amara Bell", "Singer. Requests open on Sundays.", 699, 0.45, 1.4),
    role("dani.cruz", "Dani Cruz", "Skates before noon.", 599, 0.28, 0.9),
    Role { days_here: Some(24), ..role("runa_frost", "Runa Frost", "Reykjavík. New here.", 799, 0.4, 0.5) },
    role("pip.hollow", "Pip Hollow", "Just trying this out.", 499, 0.03, 1.0),
];

pub(super) const FIRST_NAMES: [&str; 40] = [
    "Alex", "Ben", "Chris", "Dave", "Eli", "Finn", "Gus", "Henry", "Ian", "Jack", "Kyle", "Liam", "Max",
    "Noah", "Owen", "Pete", "Quinn", "Ray", "Sam", "Tom", "Uri", "Vic", "Will", "Xavi", "Yann", "Zane",
    "Marco", "Jonas", "Andre", "Luca", "Omar", "Felix", "Hugo", "Ivan", "Jamal", "Kenji", "Leo", "Mateo",
    "Nico", "Oscar",
];

pub(super) const HANDLE_WORDS: [&str; 24] = [
    "blue", "night", "river", "coffee", "north", "lucky", "quiet", "golden", "rainy", "velvet", "lonely",
    "fast", "late", "old", "brave", "silver", "salty", "moon", "desert", "paper", "wild", "sunny", "hidden",
    "steel",
];

pub(super) const FAN_LINES: [&str; 20] = [
    "hey you",
    "how was your day?",
    "that last set was unreal",
    "are you around tonight?",
    "miss talking to you",
    "just got off work, finally",
    "do you do customs?",
    "saw your new post 😍",
    "you made my week",
    "good morning!",
    "what are you up to?",
    "could you do one with the red dress?",
    "payday tomorrow haha",
    "thinking about you",
    "is that the place from the last video?",
    "ok that one was worth it",
    "can't sleep",
    "tell me something funny",
    "when is the next live?",
    "you're the best 🙏",
];

pub(super) const CREATOR_LINES: [&str; 14] = [
    "hey! so good to hear from you",
    "long day but better now 💛",
    "I was hoping you'd write",
    "tonight maybe? 👀",
    "you always notice the details",
    "customs open on Friday",
    "coffee first, then you",
    "haha stop it",
    "just posted something for you",
    "guess where I am",
    "you're sweet",
    "tell me about your day",
    "soon, promise",
    "this one is only for you",
];

pub(super) const PPV_LINES: [&str; 8] = [
    "made this one last night… only for you",
    "the full video, 8 minutes 🔥",
    "you asked for the red dress",
    "behind the scenes, uncut",
    "shower set, 14 photos",
    "this never goes on my page",
    "Sunday special",
    "a little longer than usual",
];

pub(super) const WELCOME: &str = "Welcome! Tell me what brought you here 💬";
