use super::*;

const DESCRIPTION: &str = r#"{
    "name": "Account", "label": "Account", "urls": {"describe": "/x"}, "childRelationships": [{"field": "AccountId"}],
    "fields": [
        {"name": "Id", "label": "Account ID", "type": "id", "length": 18, "picklistValues": []},
        {"name": "Name", "label": "Account Name", "type": "string", "length": 255, "compoundFieldName": null},
        {"name": "ParentId", "label": "Parent Account ID", "type": "reference", "length": 18, "referenceTo": ["Account"]},
        {"name": "Main__c", "label": "parent account id ", "type": "reference", "length": 18},
        {"name": "Industry", "label": "Industry", "type": "picklist", "length": 255, "picklistValues": [
            {"active": true, "defaultValue": false, "label": "Food", "validFor": null, "value": "Food"},
            {"active": true, "label": "Banking & More", "value": "Bank"},
            {"active": false, "label": "Old", "value": "Old"},
            {"active": true, "label": "No value", "value": null}]},
        {"name": "Langs__c", "label": "Languages", "type": "multipicklist", "length": 4099, "picklistValues": [
            {"active": true, "label": "German", "value": "German"}]},
        {"name": "Rich__c", "label": "Notes", "type": "textarea", "length": 32768, "htmlFormatted": true},
        {"name": "PhotoUrl", "label": "Photo URL", "type": "url", "extraTypeInfo": "imageurl", "length": 255},
        {"name": "Type__c", "label": "Type", "type": "string", "length": 80},
        {"name": "Type", "label": "Account Type", "type": "picklist", "length": 255, "picklistValues": null},
        {"name": "Unlabelled__c", "label": null, "type": "double", "length": null}
    ]}"#;

#[test]
fn a_description_is_read() {
    let describe = Describe::parse(DESCRIPTION.as_bytes()).unwrap();
    assert_eq!((describe.object.as_str(), describe.columns.len()), ("Account", 11));
    let industry = describe.column(" industry ").unwrap();
    assert_eq!(
        industry.detail_type(),
        Some(DetailType::Select(["Bank", "Food"].map(str::to_owned).into()))
    );
    let labels: Vec<_> = industry.options.iter().map(|option| option.label.as_deref()).collect();
    assert_eq!(labels, [None, Some("Banking & More")]);
    let languages = describe.column("Langs__c").unwrap();
    assert!(languages.is_multi() && !industry.is_multi());
    assert_eq!(
        languages.detail_type(),
        Some(DetailType::MultiSelect(["German".to_owned()].into()))
    );
    for (column, detail_type) in [
        ("Rich__c", DetailType::Text),
        ("PhotoUrl", DetailType::Text),
        ("Type", DetailType::Text),
        ("ParentId", DetailType::Text),
        ("Unlabelled__c", DetailType::Number),
    ] {
        assert_eq!(describe.column(column).unwrap().detail_type(), Some(detail_type), "{column}");
    }
    assert!(describe.column("Nothing__c").is_none());
}

#[test]
fn a_field_is_called_by_its_label_where_no_other_is() {
    let describe = Describe::parse(DESCRIPTION.as_bytes()).unwrap();
    for (column, name) in [
        ("Name", "Account Name"),
        ("Industry", "Industry"),
        ("ParentId", "ParentId"),
        ("Main__c", "Main__c"),
        ("Type__c", "Type__c"),
        ("Type", "Account Type"),
        ("Unlabelled__c", "Unlabelled__c"),
    ] {
        assert_eq!(describe.column(column).unwrap().field_name(), name);
    }
}

#[test]
fn types_of_salesforce_have_types_on_the_site() {
    for (salesforce_type, name) in [
        ("id", "TEXT"),
        ("string", "TEXT"),
        ("textarea", "TEXT"),
        ("combobox", "TEXT"),
        ("time", "TEXT"),
        ("reference", "TEXT"),
        ("address", "TEXT"),
        ("email", "EMAIL"),
        ("url", "URL"),
        ("phone", "PHONE"),
        ("boolean", "BOOLEAN"),
        ("int", "NUMBER"),
        ("long", "NUMBER"),
        ("double", "NUMBER"),
        ("currency", "NUMBER"),
        ("percent", "NUMBER"),
        ("date", "DATE"),
        ("dateTime", "DATE"),
        ("picklist", "TEXT"),
        ("multipicklist", "TEXT"),
        ("somethingNew", "TEXT"),
        ("", "TEXT"),
        ("encryptedstring", ""),
        ("base64", ""),
        ("anyType", ""),
        ("location", ""),
        ("json", ""),
    ] {
        let text =
            format!(r#"{{"name":"X","fields":[{{"name":"F","type":"{salesforce_type}"}}]}}"#);
        let describe = Describe::parse(text.as_bytes()).unwrap();
        let detail_type = describe.column("F").unwrap().detail_type();
        assert_eq!(detail_type.as_ref().map_or("", DetailType::name), name, "{salesforce_type}");
    }
}

#[test]
fn a_picklist_with_more_options_than_the_site_takes_is_text() {
    let values: Vec<_> = (0..2_001).map(|n| format!(r#"{{"value":"{n}"}}"#)).collect();
    let text = |count: usize| {
        let list = values[..count].join(",");
        format!(
            r#"{{"name":"X","fields":[{{"name":"F","type":"picklist","picklistValues":[{list}]}}]}}"#
        )
    };
    for (count, name) in [(2_000, "SELECT"), (2_001, "TEXT")] {
        let describe = Describe::parse(text(count).as_bytes()).unwrap();
        assert_eq!(describe.columns[0].detail_type().unwrap().name(), name);
    }
}

#[test]
fn every_wrapping_is_read() {
    let bare = Describe::parse(DESCRIPTION.as_bytes()).unwrap();
    let wrapped = format!(r#"{{"status":0,"result":{DESCRIPTION},"warnings":[]}}"#);
    assert_eq!(Describe::parse(wrapped.as_bytes()).unwrap(), bare);
    assert_eq!(Describe::parse(format!("\u{feff}{DESCRIPTION}").as_bytes()).unwrap(), bare);
    let utf16: Vec<u8> =
        format!("\u{feff}{DESCRIPTION}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(Describe::parse(&utf16).unwrap(), bare);
}

#[test]
fn what_is_no_description_says_so() {
    for (text, message) in [
        ("", "the description cannot be read: an early end at line 1, column 0"),
        (
            r#"{"name": "Account",
 "fields": [{"name": 5}]}"#,
            "the description cannot be read: unexpected content at line 2, column 22",
        ),
        (
            r#"{"status":1,"name":"NOT_FOUND","message":"The requested resource does not exist"}"#,
            "the file is an error message of Salesforce, not a description: The requested resource does not exist",
        ),
        ("{}", "the description does not name its object"),
        (r#"{"fields":[{"name":"Id"}]}"#, "the description does not name its object"),
        (r#"{"name":"Account"}"#, "the description of Account has no fields"),
        (r#"{"name":"Account","fields":[]}"#, "the description of Account has no fields"),
        (
            r#"{"name":"Account","fields":[{"name":"Id"},{"label":"X"}]}"#,
            "fields[1] of the description of Account has no name",
        ),
    ] {
        assert_eq!(Describe::parse(text.as_bytes()).unwrap_err().to_string(), message);
    }
    let large = vec![b' '; (16 << 20) + 1];
    assert!(matches!(Describe::parse(&large), Err(DescribeError::TooLarge { bytes: 16_777_217 })));
    let deep = "[".repeat(100_000);
    assert!(Describe::parse(deep.as_bytes()).is_err());
}

#[test]
fn files_are_told_by_their_names() {
    for (name, object) in [
        ("Account.describe.json", Some("Account")),
        ("exports/2024/Account.Describe.JSON", Some("Account")),
        ("C:\\exports\\My_Object__c.describe.json", Some("My_Object__c")),
        (".describe.json", None),
        ("describe.json", None),
        ("Account.json", None),
        ("Account.describe.json.gz", None),
        ("é.describe.json", Some("é")),
        ("", None),
    ] {
        assert_eq!(is_describe(name), object, "{name}");
    }
}
