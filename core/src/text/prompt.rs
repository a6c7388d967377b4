//! Cleaning and judging the words of a prompt.

use std::{
    collections::{BTreeMap, HashSet},
    sync::LazyLock,
};

use serde::Deserialize;

use super::TextError;

/// Foreign words that are enough to call a longer prompt foreign; a short one needs half of its words.
const FOREIGN_WORDS: usize = 2;

/// A prompt that the text encoder can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The cleaned text: Latin letters, digits and punctuation, single spaces.
    pub text: String,
    /// What was left out or may be misread, one sentence each, for the user's eyes.
    pub warnings: Vec<String>,
}

impl Prompt {
    /// Cleans `raw` and refuses what the model cannot read.
    ///
    /// Characters outside of Latin script (emoji, for the most part) beside English words are dropped with a warning.
    ///
    /// # Errors
    /// [`TextError::Empty`], [`TextError::NoWords`], [`TextError::TooManyCharacters`] and [`TextError::NotEnglish`].
    pub fn parse(raw: &str, max_characters: usize) -> Result<Self, TextError> {
        let raw = raw.trim();
        if raw.is_empty() {
            return Err(TextError::Empty);
        }
        let found = raw.chars().count();
        if found > max_characters {
            return Err(TextError::TooManyCharacters { found, limit: max_characters });
        }
        let (mut kept, mut dropped) = (String::with_capacity(raw.len()), String::new());
        let mut dropped_letters = 0;
        for letter in raw.chars() {
            if is_readable(letter) {
                kept.push(letter);
                continue;
            }
            if is_invisible(letter) {
                continue;
            }
            // A dropped character parts the words on its sides, as a space would.
            kept.push(' ');
            if letter.is_alphabetic() {
                dropped_letters += 1;
            }
            if !letter.is_control() && !dropped.contains(letter) {
                dropped.push(letter);
            }
        }
        let kept_letters = kept.chars().filter(|letter| letter.is_alphabetic()).count();
        if dropped_letters > 0 && dropped_letters >= kept_letters {
            return Err(TextError::NotEnglish { language: "another script".to_owned() });
        }
        if kept_letters == 0 {
            return Err(TextError::NoWords);
        }
        let text = kept.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(language) = foreign_language(&text) {
            return Err(TextError::NotEnglish { language: language.to_owned() });
        }
        let mut warnings = Vec::new();
        if !dropped.is_empty() {
            warnings
                .push(format!("these characters of the prompt mean nothing to the model and were left out: {dropped}"));
        }
        Ok(Self { text, warnings })
    }
}

/// Latin letters with their accents, digits, spaces and the punctuation of English typography.
fn is_readable(letter: char) -> bool {
    letter.is_ascii_graphic()
        || letter.is_whitespace()
        || (letter.is_alphabetic() && matches!(letter, '\u{00C0}'..='\u{024F}' | '\u{1E00}'..='\u{1EFF}'))
        || matches!(letter, '\u{0300}'..='\u{036F}') // accents that follow their letter
        || matches!(letter, '\u{2010}'..='\u{2027}' | '°' | '½' | '¼' | '¾')
}

/// What shows nothing and parts no words: soft hyphens, joiners, marks of direction and byte order, variation selectors.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{00AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

#[derive(Deserialize)]
struct LanguageHints {
    english: HashSet<String>,
    foreign: BTreeMap<String, HashSet<String>>,
}

/// Words that give a language away; see the comment in the data file.
static LANGUAGE_HINTS: LazyLock<LanguageHints> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../data/language_hints.json"))
        .unwrap_or(LanguageHints { english: HashSet::new(), foreign: BTreeMap::new() })
});

/// The language other than English that a text in Latin script looks like.
///
/// A word count, not a language model: it errs on the side of English, where the worst case is an odd motion instead of
/// a refusal.
fn foreign_language(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let words: Vec<&str> =
        lower.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty()).collect();
    let count = |hints: &HashSet<String>| words.iter().filter(|word| hints.contains(**word)).count();
    let english = count(&LANGUAGE_HINTS.english);
    let (language, foreign) = LANGUAGE_HINTS
        .foreign
        .iter()
        .map(|(language, hints)| (language.as_str(), count(hints)))
        .max_by_key(|(_, count)| *count)?;
    let enough = foreign >= FOREIGN_WORDS || (foreign > 0 && foreign * 2 >= words.len());
    (enough && foreign > english).then_some(language)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(raw: &str) -> Result<Prompt, TextError> {
        Prompt::parse(raw, 1000)
    }

    #[test]
    fn english_prompts_pass_unchanged() {
        for text in [
            "a person walks forward",
            "kick",
            "she says hello with her left hand, then bows -- slowly!",
            "he walks 3 m, turns 90° and sits down",
            "a man does a grand jeté",
            "La Bamba dance",
            "an old man die hard style walk", // `die` is English here and no hint of German
            "T-pose",
        ] {
            let prompt = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(prompt, Prompt { text: text.to_owned(), warnings: vec![] });
        }
    }

    #[test]
    fn white_space_is_made_single() {
        assert_eq!(parse("  a man\n\twalks  ").expect("valid").text, "a man walks");
    }

    #[test]
    fn empty_prompts_are_refused() {
        for text in ["", "   ", "\n\t"] {
            assert!(matches!(parse(text), Err(TextError::Empty)), "{text:?}");
        }
        for text in ["?!", "👋", "👋🏽 👍", "12 34", "…"] {
            assert!(matches!(parse(text), Err(TextError::NoWords)), "{text:?}");
        }
    }

    #[test]
    fn emoji_beside_words_are_left_out_with_a_warning() {
        let prompt = parse("a man👋🏽waves 👩‍🚀 happily").expect("valid");
        assert_eq!(prompt.text, "a man waves happily");
        assert_eq!(prompt.warnings.len(), 1);
        assert!(prompt.warnings[0].contains('👋') && prompt.warnings[0].contains('🚀'), "{:?}", prompt.warnings);
    }

    #[test]
    fn what_is_invisible_parts_no_word_and_is_not_told() {
        for invisible in ['\u{00AD}', '\u{200B}', '\u{200C}', '\u{200D}', '\u{2060}', '\u{FEFF}'] {
            let prompt = parse(&format!("{invisible}a man wal{invisible}ks")).expect("valid");
            assert_eq!(prompt, Prompt { text: "a man walks".to_owned(), warnings: vec![] }, "{invisible:?}");
        }
        // A control character was between words, as a tab is.
        assert_eq!(parse("a man\u{1}walks").expect("valid"), parse("a man walks").expect("valid"));
    }

    #[test]
    fn the_limit_counts_characters_and_not_bytes() {
        assert!(Prompt::parse("é é é", 5).is_ok());
        let error = parse(&"walk ".repeat(2000)).expect_err("too long");
        assert!(matches!(error, TextError::TooManyCharacters { found: 9999, limit: 1000 }), "{error}");
    }

    #[test]
    fn other_scripts_are_refused() {
        for text in ["человек идёт вперёд", "一个人向前走", "人が歩く walk", "رجل يمشي", "ένας άνδρας περπατά"]
        {
            assert!(matches!(parse(text), Err(TextError::NotEnglish { .. })), "{text}");
        }
    }

    #[test]
    fn other_languages_in_latin_script_are_refused_by_name() {
        for (text, expected) in [
            ("eine Person geht vorwärts und winkt", "German"),
            ("ein Mann läuft", "German"),
            ("une personne marche vers l'avant", "French"),
            ("un homme qui court", "French"),
            ("una persona camina hacia adelante y saluda con la mano", "Spanish"),
            ("un uomo cammina e poi saluta", "Italian"),
            ("uma pessoa anda para frente", "Portuguese"),
            ("een vrouw loopt naar voren", "Dutch"),
            ("en kvinna går framåt och vinkar", "Swedish"),
            ("mężczyzna idzie do przodu", "Polish"),
        ] {
            match parse(text) {
                Err(TextError::NotEnglish { language }) => assert_eq!(language, expected, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn no_hint_is_an_english_word_and_a_foreign_one() {
        for (language, hints) in &LANGUAGE_HINTS.foreign {
            assert!(hints.is_disjoint(&LANGUAGE_HINTS.english), "{language}");
            assert!(hints.iter().all(|word| *word == word.to_lowercase()), "{language}");
        }
        assert!(LANGUAGE_HINTS.english.len() > 20 && LANGUAGE_HINTS.foreign.len() > 5);
    }
}
