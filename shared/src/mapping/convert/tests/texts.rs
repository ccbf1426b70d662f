use super::*;

#[test]
fn texts_are_put_on_one_line() {
    check(
        &DetailType::Text,
        &Conversion::default(),
        &[
            ("Smith Ltd.", Some("Smith Ltd.")),
            ("two\r\nlines", Some("two lines")),
            ("two\n\n\nparagraphs\n", Some("two paragraphs")),
            ("double  spaces", Some("double  spaces")),
            ("(555) 549-8313 x12", Some("(555) 549-8313 x12")),
            ("2012-08-27 03:20:21", Some("2012-08-27 03:20:21")),
            ("Food; drink", Some("Food; drink")),
            ("0012", Some("0012")),
            ("1", Some("1")),
            ("München 東京", Some("München 東京")),
        ],
    );
}

#[test]
fn an_unknown_type_takes_text() {
    check(&DetailType::Other("RATING".into()), &Conversion::default(), &[("5", Some("5"))]);
}

#[test]
fn what_only_looks_like_html_stays() {
    for text in [
        "a < b",
        "a <b and c> d",
        "x <y> z",
        "<none>",
        "<Unknown>",
        "<title>",
        "Dear <title> <name>",
        "<address>",
        "Ada <ada@example.com>",
        "<https://example.com/a?b=1&c=2>",
        "<-- see above -->",
        "I <3 you",
        "->x<-",
        "1 <= 2 >= 1",
        "<p",
        "<pre-sales> <div-1>",
        "<i think so>",
        "Smith & Sons",
        "AT&T; R&D;",
        "a&b;c",
        "&",
        "&copy",
        "&#;",
        "&#x;",
        "&#zz;",
        "if (a<b && c>d)",
        "<div or span> is a question",
    ] {
        assert_eq!(outcome(text, &DetailType::Text, &Conversion::default()).values, [text].into());
    }
}

#[test]
fn html_becomes_plain_text() {
    check(
        &DetailType::Text,
        &Conversion::default(),
        &[
            ("<p>Hello</p>", Some("Hello")),
            ("\0<p>Hello</p>", Some("Hello")),
            ("<p>One</p><p>Two</p>", Some("One Two")),
            ("one<br>two<br/>three<BR />four", Some("one two three four")),
            ("<div>one<div>two</div></div>", Some("one two")),
            ("<ul><li>milk</li><li>eggs</li></ul>", Some("milk eggs")),
            ("<b>bo</b>ld", Some("bold")),
            ("<span style=\"color: red;\">red</span>dish", Some("reddish")),
            ("<font face='Arial' size=\"2\">plain</font>", Some("plain")),
            (
                "see <a href=\"https://example.com/?a=1&amp;b=2\" target=\"_blank\">our page</a>.",
                Some("see our page."),
            ),
            ("before<img alt=\"x\" src=\"data:image/png;base64,AAAA\">after", Some("before after")),
            ("<p>a</p>\r\n<p>b&nbsp;</p>\r\n", Some("a b")),
            ("<p>  a \u{a0} b </p>", Some("a b")),
            ("<table><tr><td>a</td><td nowrap>b</td></tr></table>", Some("a b")),
            ("<h1>Title</h1>text", Some("Title text")),
            ("Smith &amp; Sons", Some("Smith & Sons")),
            ("&lt;none&gt;", Some("<none>")),
            ("it&#39;s &quot;quoted&quot;", Some("it's \"quoted\"")),
            ("&#228;&#xE4;", Some("ää")),
            ("<p>&eacute;t&eacute; &euro;5</p>", Some("été €5")),
            ("<p>AT&T; R&D</p>", Some("AT&T; R&D")),
            ("<p>a < b</p>", Some("a < b")),
            ("<p>a &lt; b</p>", Some("a < b")),
            (
                "From: Ada <ada@example.com><br>To: <none>",
                Some("From: Ada <ada@example.com> To: <none>"),
            ),
            ("<style>p { color: red }</style><p>shown</p>", Some("shown")),
            ("<script>alert('<p>')</script>shown<br>", Some("shown")),
            ("<!-- hidden --><p>shown</p>", Some("shown")),
            ("<!--[if gte mso 9]><xml></xml><![endif]--><p>shown</p>", Some("shown")),
            ("<p class=\"MsoNormal\">Word<o:p></o:p></p>", Some("Word")),
            ("<p>cut in a tag <a href=\"http", Some("cut in a tag")),
            ("<p>not closed", Some("not closed")),
            ("<p>ünï</p><p>東京</p>", Some("ünï 東京")),
            ("<i>a</i><u>b</u><s>c</s>", Some("abc")),
            ("<title>x</title><p>y</p>", Some("x y")),
        ],
    );
}

#[test]
fn html_without_text_is_blank() {
    for text in [
        "<img src=\"https://example.com/a.png\" alt=\"logo\"></img>",
        "<p><br></p>",
        "&nbsp;",
        "</p>",
    ] {
        assert_eq!(
            outcome(text, &DetailType::Text, &Conversion::default()),
            Converted::default(),
            "{text}"
        );
    }
}

#[test]
fn long_texts_are_cut_between_characters() {
    let cut = Conversion { limit: 2, ..Conversion::default() };
    let converted = outcome("äöü", &DetailType::Text, &cut);
    assert_eq!(converted.values, ["äö"].into());
    assert_eq!(converted.losses, [(Code::ValueCut, "äöü".to_owned())]);
    let whole = Conversion { limit: 3, ..Conversion::default() };
    assert!(outcome("äöü", &DetailType::Text, &whole).losses.is_empty());
    assert_eq!(outcome("<p>äöü</p>", &DetailType::Text, &whole).values, ["äöü"].into());
    assert_eq!(
        outcome("<p>äöü</p>", &DetailType::Text, &cut).losses,
        [(Code::ValueCut, "äöü".to_owned())]
    );
}

#[test]
fn much_that_begins_like_markup_is_read_once() {
    for text in
        ["<".repeat(100_000), "<a ".repeat(40_000), "&#1".repeat(40_000), "<p>".repeat(40_000)]
    {
        let _ = outcome(&text, &DetailType::Text, &Conversion::default());
    }
}

proptest! {
    #[test]
    fn text_without_markup_is_only_folded(text in "[^<&]{0,60}") {
        let cleaned = clean(&text);
        let folded = fold(&cleaned, " ");
        let values = outcome(&text, &DetailType::Text, &Conversion::default()).values;
        prop_assert_eq!(values.concat(), folded.as_ref());
    }

    #[test]
    fn words_survive_their_markup(words in proptest::collection::vec("[a-zA-Z0-9.,]{1,8}", 1..6)) {
        let html: String = words.iter().flat_map(|word| ["<p><b>", word, "</b></p>\r\n"]).collect();
        let joined = words.join(" ");
        let found = outcome(&html, &DetailType::Text, &Conversion::default()).values;
        prop_assert_eq!(&*found, [joined.as_str()]);
    }
}
