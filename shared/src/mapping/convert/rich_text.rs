//! Rich text areas and formulas hold HTML; a detail field of text takes plain text.
//!
//! Nothing says of a value that it is HTML but the value itself: the NUL that the Data Export Service
//! puts before rich text is not in other exports. So markup has to be unmistakable, and text that only
//! looks like it stays as it is.

use html5gum::{DefaultEmitter, Token, Tokenizer};
use memchr::{memchr2, memchr2_iter};

/// Elements that stand within words and sentences.
#[rustfmt::skip]
const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "b", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i",
    "ins", "kbd", "mark", "nobr", "q", "s", "samp", "small", "span", "strike", "strong", "sub",
    "sup", "tt", "u",
];
/// Elements that separate what is around them.
#[rustfmt::skip]
const BLOCK: &[&str] = &[
    "address", "article", "blockquote", "body", "br", "caption", "center", "col", "colgroup", "dd",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4",
    "h5", "h6", "head", "header", "hr", "html", "iframe", "img", "li", "link", "meta", "ol", "p",
    "pre", "script", "section", "style", "table", "tbody", "td", "tfoot", "th", "thead", "title",
    "tr", "ul", "video",
];
/// Elements whose names people put into angle brackets themselves, as in `Dear <title>`.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "address", "article", "body", "caption", "center", "code", "figure", "footer", "form", "head",
    "header", "link", "mark", "meta", "section", "small", "style", "title", "video",
];
/// Prefixes of the elements that word processors leave.
const OFFICE: [&str; 5] = ["m:", "o:", "st1:", "v:", "w:"];
/// Elements whose content is not shown.
const HIDDEN: [&str; 2] = ["script", "style"];

/// The text of HTML on one line, or nothing if the value is no HTML.
///
/// Links keep their text and lose their address, images vanish. Paragraphs, lines, list entries and
/// cells are separated by a space.
pub(super) fn plain(text: &str) -> Option<String> {
    memchr2(b'<', b'&', text.as_bytes())?;
    is_html(text).then(|| stripped(text))
}

fn is_html(text: &str) -> bool {
    memchr2_iter(b'<', b'&', text.as_bytes())
        .filter_map(|at| text.get(at..))
        .any(|rest| is_entity(rest) || tag(rest).is_some_and(|name| !is_one_of(name, WORDS)))
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Whether a text begins with one of the references that an editor of rich text writes, or with the
/// number of a character.
fn is_entity(text: &str) -> bool {
    const NAMED: [&str; 6] = ["&nbsp;", "&amp;", "&lt;", "&gt;", "&quot;", "&apos;"];
    if NAMED.iter().any(|name| text.starts_with(name)) {
        return true;
    }
    let Some(number) = text.strip_prefix("&#") else {
        return false;
    };
    let number = number.strip_prefix(['x', 'X']).unwrap_or(number);
    let digits = number.bytes().take(7).take_while(u8::is_ascii_hexdigit).count();
    digits > 0 && number.as_bytes().get(digits) == Some(&b';')
}

/// The name of the element whose tag a text begins with.
///
/// `a <b and c> d` is no tag: words after the name have to be attributes. A name of one letter needs
/// one with a value.
fn tag(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('<')?;
    let inner = inner.strip_prefix('/').unwrap_or(inner);
    let (name, rest) = split_name(inner, |byte| byte.is_ascii_alphanumeric() || byte == b':')?;
    let office = OFFICE.iter().any(|prefix| name.starts_with(prefix));
    let known = is_one_of(name, INLINE) || is_one_of(name, BLOCK);
    if !known && !office {
        return None;
    }
    let after = rest.trim_ascii_start();
    if after.starts_with('>') || after.starts_with("/>") {
        return Some(name);
    }
    if after.len() == rest.len() && !rest.starts_with('/') {
        return None;
    }
    let attribute = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':');
    let (_, after) = split_name(after.trim_start_matches('/'), attribute)?;
    let after = after.trim_ascii_start();
    let valued = after.starts_with('=');
    (valued || (name.len() > 1 && after.starts_with('>'))).then_some(name)
}

/// Splits a name off, which may not be longer than any that HTML has.
fn split_name(text: &str, is_part: impl Fn(u8) -> bool) -> Option<(&str, &str)> {
    let length = text.bytes().take(33).take_while(|&byte| is_part(byte)).count();
    text.split_at_checked(length).filter(|_| (1..=32).contains(&length))
}

fn stripped(text: &str) -> String {
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    emitter.naively_switch_states(true);
    let mut shown = String::with_capacity(text.len());
    let mut hidden = false;
    for Ok(token) in Tokenizer::new_with_emitter(text, emitter) {
        let (span, opens) = match token {
            Token::String(words) if !hidden => {
                shown.push_str(&String::from_utf8_lossy(&words));
                continue;
            }
            Token::StartTag(start) => (start.span, true),
            Token::EndTag(end) => (end.span, false),
            Token::Comment(comment) => (comment.span, false),
            _ => continue,
        };
        let source = text.get(span.start..span.end).unwrap_or_default();
        match tag(source) {
            Some(name) if is_one_of(name, &HIDDEN) => hidden = opens,
            Some(name) if is_one_of(name, INLINE) => {}
            Some(_) => shown.push(' '),
            None if source.starts_with("<!") || source.starts_with("<?") => {}
            // In HTML it would not be shown; whoever wrote it did not know that.
            None if !hidden => shown.push_str(source),
            None => {}
        }
    }
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}
