use super::*;

const PLAN: &str = include_str!("../../../../tests/fixtures/plan/plan.json");

fn plan() -> Value {
    serde_json::from_str(PLAN).unwrap()
}

fn plans(documents: &[Value]) -> Plans {
    let mut plans = Plans::default();
    for document in documents {
        plans.add("plan.json", document.to_string().as_bytes()).unwrap();
    }
    plans
}

#[test]
fn the_exit_code_tells_whether_anything_would_be_rejected() {
    assert_eq!(plans(&[plan()]).exit_code(), codes::INCOMPLETE);
    let mut clean = plan();
    for stage in clean["stages"].as_array_mut().unwrap() {
        stage["rejected"] = json!(0);
    }
    assert_eq!(plans(&[clean.clone()]).exit_code(), codes::IMPORTED);
    let mut stopped = clean.clone();
    stopped["verdict"] = json!("stopped");
    let mut refused = clean.clone();
    refused["files"] = json!([]);
    for unusable in [stopped, refused] {
        let all = plans(&[clean.clone(), unusable]);
        assert!(!all.can_be_run());
        assert_eq!(all.exit_code(), codes::FAILED);
    }
}

#[test]
fn one_plan_is_its_document_and_several_are_listed() {
    let one: Value = serde_json::from_str(&plans(&[plan()]).json()).unwrap();
    assert_eq!(one, plan());
    let two = plans(&[plan(), plan()]);
    let json: Value = serde_json::from_str(&two.json()).unwrap();
    assert_eq!(json["plans"].as_array().unwrap().len(), 2);
    assert_eq!(two.objects().count(), 6);
}

#[test]
fn the_text_says_what_would_happen_and_why() {
    let text = plans(&[plan()]).text(Path::new("out"));
    for said in [
        "Plan of plan/spring/: it can be run; see first",
        "                     read   to send       new   on site  rejected   skipped",
        "  organizations       131       128        31        97         1         2",
        "  customers          1276      1204         ?         ?        72         0",
        "  customers, rejected\n             60 email-invalid: The email is not one",
        "Correct the address in Salesforce",
        "  field         Customer segment of organizations would be created as SELECT of Enterprise,",
        "  field         Region of customers would get the options NZ:",
        "  no option     Region of customers does not have \"<script>",
        "columns NumberOfEmployees, ",
        "column Phone, which the last import had",
        "  ignored       plan/spring/Leads.xlsx: It is an Excel workbook.",
        "  requests      2 for detail fields, 2 with organizations, 13 with customers",
        "  time          It is not known yet",
        "Files: out/5f0f7f51-3c1e-5c52-9a4e-0d6f6f2a7b10",
    ] {
        assert!(text.contains(said), "{said}\n{text}");
    }
}

#[test]
fn a_value_cannot_command_the_terminal() {
    let text = plans(&[plan()]).text(Path::new("out"));
    assert!(!text.contains('\u{202e}'), "the direction of writing stays");
    let mut hostile = plan();
    hostile["folder"] = json!("plan/\u{1b}[2J\u{7}/");
    assert!(plans(&[hostile]).text(Path::new("out")).contains("Plan of plan/�[2J�/"));
}
