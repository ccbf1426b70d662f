use super::*;

fn import(source: Source) -> Rule {
    Rule::Import(source.into())
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

#[test]
fn a_field_is_made_of_one_source() {
    let column = || Source::Column("A__c".to_owned());
    let declared = |field_type, options: &[&str]| Declared { field_type, options: names(options) };
    let value = |source| FieldValue { source, declared: None, values: [].into() };
    for (text, expected) in [
        ("' A__c '", import(column())),
        ("{ column = 'A__c' }", import(column())),
        ("{ columns = ['A', 'B'] }", import(Source::First(names(&["A", "B"])))),
        (
            "{ columns = ['A', 'B'], join = ', ' }",
            import(Source::Joined { columns: names(&["A", "B"]), separator: ", ".to_owned() }),
        ),
        ("{ constant = ' x ' }", import(Source::Constant("x".to_owned()))),
        ("false", Rule::Omit),
        (
            "{ column = 'A__c', type = 'number' }",
            Rule::Import(FieldValue {
                declared: Some(declared(FieldType::Number, &[])),
                ..value(column())
            }),
        ),
        (
            "{ column = 'A__c', type = 'MultiSelect', options = ['b', ' a '], values = { ' x y ' = ' a ', z = '' } }",
            Rule::Import(FieldValue {
                source: column(),
                declared: Some(declared(FieldType::MultiSelect, &["b", "a"])),
                values: [("x y".to_owned(), "a".to_owned()), ("z".to_owned(), String::new())]
                    .into(),
            }),
        ),
    ] {
        for text in [
            format!("[contact]\nfields = {{ Title = {text} }}"),
            format!("[contact.fields]\nTitle = {text}"),
        ] {
            let found = Configuration::parse(&text).unwrap();
            assert_eq!(found.contact.rule("TITLE"), Some(&expected), "{text}");
            let json = serde_json::to_string(&found).unwrap();
            assert_eq!(serde_json::from_str::<Configuration>(&json).unwrap(), found);
        }
    }
}

#[test]
fn sections_are_of_their_objects_and_keep_the_order_of_the_file() {
    let text = "
        [person_account]
        defaults = false
        customer_id = 'CSM__pc'
        [account]
        columns = ['Z__c', 'A__c']
        [account.fields]
        Zeta = 'A'
        Alpha = 'B'
        'Größe' = 'C'
        [contact.fields.Score]
        column = 'Score__c'
    ";
    let found = Configuration::parse(text).unwrap();
    let fields: Vec<_> = found.account.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(fields, ["Zeta", "Alpha", "Größe"]);
    assert!(found.account.rule("GRÖSSE").is_none() && found.account.rule("GRÖßE").is_some());
    assert_eq!(found.account.columns, ["Z__c", "A__c"]);
    assert_eq!(found.person_account.customer_id.as_deref(), Some("CSM__pc"));
    assert!(!found.person_account.defaults && found.account.defaults);
    let Some(Rule::Import(value)) = found.contact.rule("score") else { panic!() };
    assert_eq!(value.source.columns(), ["Score__c"]);
}

#[test]
fn what_is_wrong_with_a_field_is_told() {
    const TAKES: &str =
        "must be a column name, false, or a table with one of column, columns and constant";
    for (text, expected) in [
        ("A = true", &*format!("line 2, column 5: contact.fields.A {TAKES}, not true")),
        ("A = 7", &format!("line 2, column 5: contact.fields.A {TAKES}, not 7")),
        ("A = ' '", &format!("line 2, column 5: contact.fields.A {TAKES}, not \" \"")),
        ("A = ['B']", &format!("line 2, column 5: contact.fields.A {TAKES}, not a list")),
        (
            "' ' = 'A'",
            "line 2, column 1: contact.fields.\" \" must be the name of a detail field, which is not empty",
        ),
        (
            "Segment = 'A'\n'segment ' = 'B'",
            "line 3, column 1: contact.fields.\"segment \" is there twice; names of detail fields must differ by more than case",
        ),
        (
            "'external id' = 'Legacy__c'",
            "line 2, column 1: contact.fields.\"external id\" always holds the Salesforce id, by which records are found again: remove it here, and give the value a detail field of another name",
        ),
        (
            "Titel = false",
            "line 2, column 1: contact.fields.Titel is no default field that could be left out, did you mean Title? (there are: Phone, Title, Region, Preferred language)",
        ),
        (
            "A = {}",
            "line 2, column 1: contact.fields.A must have exactly one of column, columns and constant",
        ),
        (
            "A = { column = 'B', constant = 'c' }",
            "line 2, column 1: contact.fields.A must have exactly one of column, columns and constant",
        ),
        (
            "A = { column = '' }",
            "line 2, column 16: contact.fields.A.column must be a column name, not \"\"",
        ),
        (
            "A = { columns = [] }",
            "line 2, column 17: contact.fields.A.columns must name at least one column",
        ),
        (
            "A = { columns = ['B', 3] }",
            "line 2, column 23: contact.fields.A.columns must be a text that is not empty, not 3",
        ),
        (
            "A = { columns = ['B', 'b '] }",
            "line 2, column 23: contact.fields.A.columns has \"b\" twice",
        ),
        (
            "A = { columns = 'B' }",
            "line 2, column 17: contact.fields.A.columns must be a list of column names, not \"B\"",
        ),
        (
            "A = { constant = ' ' }",
            "line 2, column 18: contact.fields.A.constant must be a text that is not empty, not \" \"",
        ),
        (
            "A = { column = 'B', join = ',' }",
            "line 2, column 21: contact.fields.A.join needs columns, whose values it joins",
        ),
        (
            "A = { column = 'B', type = 'STRING' }",
            "line 2, column 28: contact.fields.A.type must be one of TEXT, EMAIL, URL, DATE, NUMBER, BOOLEAN, PHONE, SELECT, MULTISELECT, not \"STRING\"",
        ),
        (
            "A = { column = 'B', options = ['x'] }",
            "line 2, column 21: contact.fields.A.options needs type = \"SELECT\" or \"MULTISELECT\"",
        ),
        (
            "A = { column = 'B', type = 'TEXT', options = ['x'] }",
            "line 2, column 36: contact.fields.A.options needs type = \"SELECT\" or \"MULTISELECT\"",
        ),
        (
            "A = { column = 'B', type = 'SELECT', options = ['x', ' x'] }",
            "line 2, column 54: contact.fields.A.options has \"x\" twice",
        ),
        (
            "A = { constant = 'B', values = { x = 'y' } }",
            "line 2, column 23: contact.fields.A.values does nothing to a constant: remove one of the two",
        ),
        (
            "A = { column = 'B', values = { x = 1 } }",
            "line 2, column 36: contact.fields.A.values.x must be the text that is sent, or \"\" to leave the value out, not 1",
        ),
        (
            "A = { column = 'B', values = { x = 'y', 'x ' = 'z' } }",
            "line 2, column 41: contact.fields.A.values.\"x \" is there twice",
        ),
        (
            "A = { column = 'B', values = { '' = 'y' } }",
            "line 2, column 32: contact.fields.A.values.\"\" must be a value of the export, which is not empty",
        ),
        (
            "A = { colum = 'B', constant = 'x' }",
            "line 2, column 7: contact.fields.A.colum is not known, did you mean column?",
        ),
    ] {
        assert_eq!(faults(&format!("[contact.fields]\n{text}")), [expected], "{text}");
    }
}

#[test]
fn a_site_has_limits() {
    let list = |count: usize| {
        let values: Vec<_> = (0..count).map(|number| format!("'v{number}'")).collect();
        format!("[{}]", values.join(", "))
    };
    let fields = |count: usize| {
        let fields: Vec<_> =
            (0..count).map(|number| format!("f{number} = 'c{number}'\n")).collect();
        fields.concat()
    };
    let select = |count| {
        format!(
            "[account.fields]\nA = {{ column = 'A', type = 'SELECT', options = {} }}",
            list(count)
        )
    };
    for (text, expected) in [
        (format!("[contact.fields]\n{}Phone = false", fields(50)), 0),
        (format!("[contact.fields]\n{}", fields(51)), 1),
        (format!("[contact]\ncolumns = {}\n[contact.fields]\n{}", list(20), fields(31)), 1),
        (format!("[account]\ncolumns = {}", list(50)), 0),
        (select(2000), 0),
        (select(2001), 1),
    ] {
        assert_eq!(faults(&text).len(), expected, "{}", &text[..80]);
    }
}
