//! Requests that link customers to organizations, both of which exist (documented as
//! `associateCustomers` of `organization/profile/bulk`).

use serde::Serialize;

use super::{Dialect, number_or_text, root_key};
use crate::import::work::Link;
use crate::mapping::stage::Stage;

/// The body that gives each organization these customers; none is taken from it.
///
/// # Errors
/// Never for links; the error of the JSON writer is passed on all the same.
pub fn render(dialect: Dialect, links: &[Link]) -> Result<Vec<u8>, serde_json::Error> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Item<'a> {
        operation_type: &'static str,
        payload: Payload<'a>,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Payload<'a> {
        id: serde_json::Value,
        associate_customers: Customers<'a>,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Customers<'a> {
        customer_ids: &'a [String],
    }
    let items = links.iter().map(|Link { organization, customers }| {
        let associate_customers = Customers { customer_ids: customers };
        let payload = Payload { id: number_or_text(organization), associate_customers };
        Item { operation_type: "UPDATE", payload }
    });
    let items: Vec<_> = items.collect();
    serde_json::to_vec(&std::collections::BTreeMap::from([(
        root_key(Stage::Organizations, dialect),
        items,
    )]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_as_they_go_over_the_wire() {
        let link = |organization: &str, customers: &[&str]| Link {
            organization: organization.to_owned(),
            customers: customers.iter().map(ToString::to_string).collect(),
        };
        let body = render(Dialect::Reference, &[link("10", &["qm:a", "qm:b"])]).unwrap();
        assert_eq!(
            String::from_utf8(body).unwrap(),
            r#"{"organizationProfiles":[{"operationType":"UPDATE","payload":{"id":10,"associateCustomers":{"customerIds":["qm:a","qm:b"]}}}]}"#
        );
        let body = render(Dialect::Guide, &[link("x", &["qm:a"])]).unwrap();
        assert_eq!(
            String::from_utf8(body).unwrap(),
            r#"{"organizations":[{"operationType":"UPDATE","payload":{"id":"x","associateCustomers":{"customerIds":["qm:a"]}}}]}"#
        );
    }
}
