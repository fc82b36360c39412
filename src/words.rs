//! Words that people type to find something: how they are told apart, and how a pattern holds them.

/// The most words that count.
const MAX_WORDS: usize = 5;
/// The longest word that the index keeps.
const MAX_LETTERS: usize = 60;

/// The words of what was typed, in small letters, as the index keeps words: the longest first.
#[must_use]
pub fn words(typed: &str) -> Vec<String> {
    let is_between = |c: char| c.is_whitespace() || matches!(c, '_' | '.' | '@' | '-');
    let lower = typed.to_lowercase();
    let mut words: Vec<String> = lower
        .split(is_between)
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(MAX_LETTERS).collect())
        .take(MAX_WORDS)
        .collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    words
}

/// `text` as a part of a `like` pattern that stands for itself.
#[must_use]
pub fn like(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_the_index_splits_them() {
        assert_eq!(words("@night_owl  Leo.M-x"), ["night", "owl", "leo", "m", "x"]);
        assert!(words(" _ ").is_empty());
        assert_eq!(words("a b c d e f g").len(), MAX_WORDS);
    }

    #[test]
    fn a_pattern_stands_for_itself() {
        assert_eq!(like(r"50%_\"), r"50\%\_\\");
    }
}
