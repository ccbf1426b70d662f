//! Each record is dealt with in exactly one stage.

use super::*;

#[test]
fn an_errors_file_is_dealt_with_in_both_stages() {
    let text = "Id,Name,LastName,Email,IsPersonAccount,PersonEmail,_csm_object,_csm_code\n\
        001000000000001,Acme,,,0,,Account,site-failure\n\
        003000000000001,,L,a@example.com,,,Contact,email-invalid\n\
        001000000000002,Ada,,,1,ada@example.com,Account,x\n\
        001000000000003,Bob,,,1,bob@example.com,Lead,x\n";
    for (stage, expected) in [
        (Stage::Organizations, ["+", "other", "other", "object-unknown _csm_object"]),
        (Stage::Customers, ["other", "+", "+", "other"]),
    ] {
        assert_eq!(briefs(&Pass::new(stage, "errors.csv").only(text)), expected, "{stage}");
    }
}

#[test]
fn a_broken_account_is_reported_in_one_stage() {
    let text = "Id,Name,IsDeleted,IsPersonAccount\n\
        001000000000001,Ada,0,1,surplus\n\
        001000000000002,Ada,1,1\n\
        001000000000003,\"Ada\"x,0,1\n";
    let expected = ["fields-surplus", "skip deleted IsDeleted", "quote-misplaced"];
    for (stage, expected) in [(Stage::Organizations, expected), (Stage::Customers, ["other"; 3])] {
        assert_eq!(briefs(&Pass::new(stage, "Account.csv").only(text)), expected, "{stage}");
    }
}

proptest::proptest! {
    /// Whatever the file holds, each of its records is dealt with in exactly one stage.
    #[test]
    fn each_record_is_of_one_stage(
        records in proptest::collection::vec(
            "(Account|Contact|x|),(1|0|),(1|true|),(00[13]00000000000[1-4]|x|),(Ada|),([ab]@example.com|)(,|,x|\"|)\n",
            0..12,
        ),
        whole in proptest::bool::ANY,
    ) {
        let text = format!("_csm_object,IsDeleted,IsPersonAccount,Id,Name,Email\n{}", records.concat());
        let (text, name) = if whole {
            (text, "errors.csv")
        } else {
            (text.replacen("_csm_object", "Industry", 1).replacen("Email", "PersonEmail", 1), "Account.csv")
        };
        let stages = Stage::ALL.map(|stage| Pass::new(stage, name).only(&text));
        proptest::prop_assert_eq!(stages[0].len(), stages[1].len());
        for (first, second) in stages[0].iter().zip(&stages[1]) {
            let others = [first, second].iter().filter(|v| ***v == Verdict::NotOfThisStage).count();
            proptest::prop_assert_eq!(others, 1);
        }
    }
}
