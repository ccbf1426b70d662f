use proptest::prelude::*;

use super::*;
use crate::mapping::convert::PhoneRegion;

fn infer(column: &str, values: &[&str], conversion: &Conversion) -> (String, Reason) {
    let mut inference = Inference::new(column, conversion);
    for value in values {
        inference.see(value);
    }
    let Inferred { detail_type, because } = inference.finish();
    (detail_type.name().to_owned(), because)
}

#[test]
fn types_are_inferred_from_name_and_values() {
    use Reason::*;
    let conversion = Conversion {
        phone_region: PhoneRegion::parse("US").ok(),
        date_format: Some("%m/%d/%Y".to_owned()),
        ..Conversion::default()
    };
    for (column, values, detail_type, because) in [
        // What the name says.
        ("Email", &["ada@example.com", ""][..], "EMAIL", Name),
        ("PersonEmail", &["ada@example.com"], "EMAIL", Name),
        ("Work E-Mail", &["ada@example.com"], "EMAIL", Name),
        ("Email Address", &["ada@example.com"], "EMAIL", Name),
        ("Second_Email__c", &["ada@example.com", "none"], "TEXT", NameContradicted),
        ("Website", &["www.example.com", "https://example.org"], "URL", Name),
        ("LinkedIn_URL__c", &["https://example.org/in/ada"], "URL", Name),
        ("PhotoUrl", &["/services/images/photo/0"], "TEXT", NameContradicted),
        ("Phone", &["(650) 253-0000", "+49 30 123456"], "PHONE", Name),
        ("MobilePhone", &["650-253-0000"], "PHONE", Name),
        ("MOBILEPHONE", &["650-253-0000"], "PHONE", Name),
        ("Fax", &["6502530000"], "PHONE", Name),
        ("Phone_Number__c", &["6502530000"], "PHONE", Name),
        ("Phone", &["650-253-0000", "unknown"], "TEXT", NameContradicted),
        ("Phone", &["650-253-0000 x12"], "TEXT", NameContradicted),
        ("Phone", &["1234567"], "TEXT", Code),
        ("Birthdate", &["1960-08-09 00:00:00", ""], "DATE", Name),
        ("CreatedDate", &["2012-08-27T03:20:21.000Z"], "DATE", Name),
        ("LASTACTIVITYDATE", &["2019-09-05"], "DATE", Name),
        ("Renewal_Date__c", &["8/27/2012"], "DATE", Name),
        ("Renewal_Date__c", &["8/27/2012", "soon"], "TEXT", NameContradicted),
        ("SystemModstamp", &["2012-08-27 03:20:21"], "DATE", Name),
        ("Date of Birth", &["1960-08-09"], "DATE", Name),
        ("IsActive", &["0", "1"], "BOOLEAN", Name),
        ("Is_Active__c", &["1", "1"], "BOOLEAN", Name),
        ("HasOptedOutOfEmail", &["0"], "BOOLEAN", Name),
        ("DoNotCall", &["false", "TRUE"], "BOOLEAN", Name),
        ("Has_Children__c", &["0", "2"], "NUMBER", Values),
        ("Is_What__c", &["maybe"], "TEXT", NameContradicted),
        // What the values say.
        ("Active__c", &["true", "false", ""], "BOOLEAN", Values),
        ("Active__c", &["TRUE", "1"], "BOOLEAN", Values),
        ("Active__c", &["1", "0"], "TEXT", ZerosAndOnes),
        ("Children__c", &["0", "1", "2"], "NUMBER", Values),
        ("Active__c", &["Yes", "No"], "TEXT", Mixed),
        ("Go_Live__c", &["2012-08-27", "2013-01-01 00:00:00"], "DATE", Values),
        ("Last_Login__c", &["2012-08-27 03:20:21"], "TEXT", Mixed),
        ("Go_Live__c", &["8/27/2012"], "TEXT", Mixed),
        ("AnnualRevenue", &["480000", "1.25E7", "-3.5"], "NUMBER", Values),
        ("NumberOfEmployees", &["28549"], "NUMBER", Values),
        ("AmountPaid", &["12.50"], "NUMBER", Values),
        ("Rate__c", &["12%"], "TEXT", Mixed),
        ("Price__c", &["$5"], "TEXT", Mixed),
        ("Price__c", &["1,234.50"], "TEXT", Mixed),
        ("Region__c", &["007", "12"], "TEXT", Mixed),
        ("Big__c", &["12345678901234567"], "TEXT", Mixed),
        ("Stage__c", &["A", "B", "A"], "TEXT", Mixed),
        ("Rating__c", &["5", "n/a"], "TEXT", Mixed),
        ("Contact__c", &["ada@example.com"], "TEXT", Mixed),
        // Codes are no numbers.
        ("External_Id__c", &["337353470"], "TEXT", Code),
        ("Employee_ID__pc", &["337353470"], "TEXT", Code),
        ("ACCOUNTID", &["12"], "TEXT", Code),
        ("AccountNumber", &["12345"], "TEXT", Code),
        ("BillingPostalCode", &["94043"], "TEXT", Code),
        ("MailingZip__c", &["94043"], "TEXT", Code),
        ("Zip", &["94043"], "TEXT", Code),
        ("SicCode", &["1234"], "TEXT", Code),
        ("Sic", &["1234"], "TEXT", Code),
        ("Customer No.", &["1234"], "TEXT", Code),
        // Nothing to go by.
        ("Email", &["", " ", "#N/A"], "TEXT", Blank),
        ("Email", &[], "TEXT", Blank),
        ("", &["x"], "TEXT", Mixed),
    ] {
        let inferred = infer(column, values, &conversion);
        assert_eq!(inferred, (detail_type.to_owned(), because), "{column} {values:?}");
    }
}

#[test]
fn without_a_region_national_numbers_stay_text() {
    let conversion = Conversion::default();
    assert_eq!(infer("Phone", &["(650) 253-0000"], &conversion).0, "TEXT");
    assert_eq!(infer("Phone", &["+1 650 253 0000"], &conversion).0, "PHONE");
}

#[test]
fn reasons_are_words_for_programs_and_sentences_for_people() {
    assert_eq!(serde_json::to_string(&Reason::ZerosAndOnes).unwrap(), "\"zeros-and-ones\"");
    assert!(Reason::NameContradicted.to_string().ends_with('.'));
}

proptest! {
    #[test]
    fn no_value_is_lost_by_what_is_inferred(
        column in "(Is|Has|Do)?(Phone|Email|Date|Url|Code|Amount|[A-Za-z_ ]{0,6})(__c)?",
        values in proptest::collection::vec(
            prop_oneof![
                "[01]", "true|false|TRUE", "[0-9]{1,17}", "[0-9]{1,3}(\\.[0-9]{1,2})?", "20[0-2][0-9]-0[1-9]-[0-3][0-9]",
                "[a-c]@example\\.(com|org)", "\\+1 650 253 00[0-9]{2}( x1)?", "www\\.example\\.com", "\\PC{0,6}",
            ],
            0..5,
        ),
    ) {
        let conversion = Conversion::default();
        let mut inference = Inference::new(&column, &conversion);
        for value in &values {
            inference.see(value);
        }
        let detail_type = inference.finish().detail_type;
        for value in &values {
            let converted = convert(clean(value), false, &detail_type, &conversion);
            prop_assert!(converted.losses.is_empty(), "{column} {value} {detail_type:?}");
        }
    }
}
