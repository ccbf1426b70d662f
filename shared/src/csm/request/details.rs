//! Requests that change details of customers that exist.
//!
//! Published are the endpoint, its three operations, its limit, and that a customer is named by id.
//! The shape of an item is taken over from the other bulk requests, and what tells UPDATE from PATCH
//! is an assumption; both stand here alone. DELETE is never sent.

use serde::Serialize;

use crate::mapping::mapper::Detail;

/// Operations in one request at most, counted over all customers: one for each detail (documented).
pub const MAX_OPERATIONS: usize = 1_000;

/// How values go together with the ones that a customer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Operation {
    /// In their place.
    Update,
    /// Beside them, where a field takes several.
    Patch,
}

/// The details of a customer that are to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerDetails<'a> {
    /// The site's id of the customer.
    pub customer_id: &'a str,
    /// How they go together with the ones that it has.
    pub operation: Operation,
    /// What is written.
    pub details: &'a [Detail<'a>],
}

/// How many operations the changes are.
pub fn operations(customers: &[CustomerDetails<'_>]) -> usize {
    customers.iter().map(|customer| customer.details.len()).sum()
}

/// The body for these changes, which are at most [`MAX_OPERATIONS`].
///
/// # Errors
/// Never for details; the error of the JSON writer is passed on all the same.
pub fn render<'a>(customers: &[CustomerDetails<'a>]) -> Result<Vec<u8>, serde_json::Error> {
    #[derive(Serialize)]
    struct Body<'a> {
        customers: Vec<Item<'a>>,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Item<'a> {
        operation_type: Operation,
        payload: Payload<'a>,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Payload<'a> {
        customer_id: &'a str,
        details: &'a [Detail<'a>],
    }
    let item = |customer: &CustomerDetails<'a>| Item {
        operation_type: customer.operation,
        payload: Payload { customer_id: customer.customer_id, details: customer.details },
    };
    serde_json::to_vec(&Body { customers: customers.iter().map(item).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_as_they_go_over_the_wire() {
        let details = [
            Detail { name: "Title".into(), values: ["Countess"].into() },
            Detail { name: "Type".into(), values: ["Customer", "Partner"].into() },
        ];
        let change =
            |operation, details| CustomerDetails { customer_id: "qm:1", operation, details };
        let changes =
            [change(Operation::Update, &details[..1]), change(Operation::Patch, &details)];
        assert_eq!(operations(&changes), 3);
        let body: serde_json::Value = serde_json::from_slice(&render(&changes).unwrap()).unwrap();
        insta::assert_json_snapshot!("details", body);
    }
}
