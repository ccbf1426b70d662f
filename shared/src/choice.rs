//! Settings that are one of a few words.

/// One of a few words. The first one is the default.
pub trait Choice: Copy + Default + PartialEq + 'static {
    /// Every choice, the default first.
    const ALL: &'static [Self];

    /// The word, as in the configuration and in JSON.
    fn as_str(self) -> &'static str;

    /// The choice of this very word.
    fn named(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|choice| choice.as_str() == word)
    }
}

/// Declares choices as `Variant = "word"`; the first one is the default.
macro_rules! choices {
    ($(
        $(#[doc = $about:literal])+
        $name:ident {
            $(#[doc = $first_doc:literal])+ $first:ident = $first_word:literal,
            $($(#[doc = $doc:literal])+ $variant:ident = $word:literal,)*
        }
    )*) => {$(
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $(#[doc = $first_doc])+ #[default] #[serde(rename = $first_word)] $first,
            $($(#[doc = $doc])+ #[serde(rename = $word)] $variant,)*
        }

        impl $crate::choice::Choice for $name {
            const ALL: &'static [Self] = &[Self::$first, $(Self::$variant,)*];

            fn as_str(self) -> &'static str {
                match self { Self::$first => $first_word, $(Self::$variant => $word,)* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad($crate::choice::Choice::as_str(*self))
            }
        }
    )*};
}

pub(crate) use choices;
