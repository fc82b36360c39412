//! The names of made-up people.

use super::dice::Dice;

const FIRST: [&str; 40] = [
    "Ada", "Alba", "Amira", "Anouk", "Aria", "Bea", "Carla", "Celine", "Chloe", "Dana", "Elif", "Ella",
    "Esme", "Freya", "Greta", "Hana", "Ines", "Iris", "Isla", "Jana", "Juno", "Kaia", "Lena", "Lia", "Luna",
    "Maya", "Mila", "Nadia", "Nell", "Nina", "Noor", "Olive", "Pia", "Rosa", "Sana", "Sofia", "Tara", "Uma",
    "Vera", "Zoe",
];
const LAST: [&str; 40] = [
    "Abel", "Adler", "Bauer", "Berg", "Blake", "Brand", "Castro", "Clarke", "Costa", "Dahl", "Diaz", "Ekman",
    "Ferrer", "Flores", "Frost", "Grant", "Hale", "Holm", "Ito", "Jensen", "Kaya", "Keller", "Lang", "Leroy",
    "Lind", "Lopez", "Marsh", "Meyer", "Moreau", "Nakano", "Novak", "Olsen", "Park", "Petrov", "Reyes",
    "Rossi", "Silva", "Stone", "Vance", "Winter",
];
const WHAT: [&str; 24] = [
    "amber", "autumn", "blue", "bold", "calm", "cosmic", "crimson", "daily", "early", "gentle", "golden",
    "green", "happy", "hidden", "late", "lucky", "midnight", "quiet", "rapid", "silver", "steady", "sunny",
    "velvet", "wild",
];
const WHO: [&str; 24] = [
    "badger", "comet", "coyote", "falcon", "fox", "harbor", "heron", "island", "lynx", "maple", "meadow",
    "otter", "panda", "pilot", "raven", "ranger", "river", "rook", "sailor", "sparrow", "tiger", "walker",
    "willow", "wolf",
];

/// `Mila Holm`
pub(super) fn creator(dice: &mut Dice) -> String {
    format!("{} {}", dice.pick(&FIRST), dice.pick(&LAST))
}

/// A fan's handle and name: `quietotter84`, `Quiet Otter`.
pub(super) fn fan(dice: &mut Dice) -> (String, String) {
    let (what, who, number) = (dice.pick(&WHAT), dice.pick(&WHO), dice.below(10_000));
    (format!("{what}{who}{number}"), format!("{} {}", capital(what), capital(who)))
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    format!("{}{rest}", first.to_uppercase())
}
