//! What the adapters ask AWS for, read from their source: which operations of the SDK each method of a
//! port comes to, with what is said along with them.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{Expr, ImplItem, Item, Member};

/// The adapters. One that is missing here is found: what the functions ask of it is then unknown.
const SOURCES: [&str; 4] = [
    include_str!("../../shared/src/aws/bucket.rs"),
    include_str!("../../shared/src/aws/events.rs"),
    include_str!("../../shared/src/aws/queue.rs"),
    include_str!("../../shared/src/aws/secret.rs"),
];

/// What an adapter calls its client of the SDK.
const CLIENT: &str = "client";

/// An operation of the SDK, and everything else that is called where it is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Operation {
    /// Its name, such as `put_object`.
    pub(crate) name: String,
    /// The names of the methods that are called in the same function, such as `set_tagging`.
    pub(crate) along: BTreeSet<String>,
}

/// The operations of each method of a port, such as `Store::write`.
pub(crate) fn operations() -> BTreeMap<String, BTreeSet<Operation>> {
    SOURCES.iter().flat_map(|source| of_file(source)).collect()
}

fn of_file(source: &str) -> BTreeMap<String, BTreeSet<Operation>> {
    let file = syn::parse_file(source).expect("Rust");
    let mut bodies = BTreeMap::new();
    let mut methods = Vec::new();
    for item in file.items {
        let block = match item {
            Item::Impl(block) => block,
            // A module may be called so.
            Item::Use(_) => continue,
            other => {
                Body::of(|body| body.visit_item(&other));
                continue;
            }
        };
        let port = block.trait_.as_ref().and_then(|(path, _)| path.segments.last());
        for item in block.items {
            let ImplItem::Fn(function) = item else { continue };
            let name = function.sig.ident.to_string();
            let body = Body::of(|body| body.visit_block(&function.block));
            if let Some(port) = port {
                methods.push((format!("{}::{name}", port.ident), name.clone()));
            }
            let before = bodies.insert(name.clone(), body);
            assert!(before.is_none(), "{name} is there twice: it cannot be told which is called");
        }
    }
    methods.into_iter().map(|(method, name)| (method, reached(&bodies, &name))).collect()
}

/// What is asked for by a function and by those that it calls.
fn reached(bodies: &BTreeMap<String, Body>, name: &str) -> BTreeSet<Operation> {
    let mut seen = BTreeSet::new();
    let mut left = vec![name];
    let mut operations = BTreeSet::new();
    while let Some(name) = left.pop() {
        let Some(body) = bodies.get(name).filter(|_| seen.insert(name)) else { continue };
        let asked = |name: &String| Operation { name: name.clone(), along: body.all.clone() };
        operations.extend(body.asked.iter().map(asked));
        left.extend(body.own.iter().map(String::as_str));
    }
    operations
}

/// The methods that the body of a function calls.
#[derive(Default)]
struct Body {
    /// All of them.
    all: BTreeSet<String>,
    /// Those of a client of the SDK.
    asked: BTreeSet<String>,
    /// Those of the adapter itself.
    own: BTreeSet<String>,
    /// How often a client is mentioned, beyond the calls that are understood.
    mentions: isize,
}

impl Body {
    /// What `visit` comes by.
    ///
    /// # Panics
    /// Where a client is used in a way that is not understood.
    fn of(visit: impl FnOnce(&mut Self)) -> Self {
        let mut body = Self::default();
        visit(&mut body);
        assert_eq!(body.mentions, 0, "only `….client.operation()` is understood: {:?}", body.all);
        body
    }
}

impl<'ast> Visit<'ast> for Body {
    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let name = call.method.to_string();
        match &*call.receiver {
            Expr::Field(field) if is_named(&field.member, CLIENT) => {
                self.mentions -= 1;
                self.asked.insert(name.clone())
            }
            receiver if is_of_self(receiver) => self.own.insert(name.clone()),
            _ => false,
        };
        self.all.insert(name);
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let Expr::Path(path) = &*call.func
            && let [of, name] = path.path.segments.iter().collect::<Vec<_>>().as_slice()
            && of.ident == "Self"
        {
            self.own.insert(name.ident.to_string());
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_ident(&mut self, ident: &'ast syn::Ident) {
        self.mentions += isize::from(ident == CLIENT);
    }

    /// Whoever is made gets its client.
    fn visit_expr_struct(&mut self, made: &'ast syn::ExprStruct) {
        let others = made.fields.iter().filter(|field| !is_named(&field.member, CLIENT));
        others.for_each(|field| self.visit_field_value(field));
    }

    /// The type that holds it.
    fn visit_item_struct(&mut self, _: &'ast syn::ItemStruct) {}

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let words = call.tokens.to_string();
        let mut each = words.split(|c: char| !c.is_alphanumeric());
        let hidden = each.any(|word| [CLIENT, "self"].contains(&word));
        assert!(!hidden, "what a macro does is not understood: {words}");
    }
}

fn is_named(member: &Member, name: &str) -> bool {
    matches!(member, Member::Named(ident) if ident == name)
}

/// `self`, or something that it holds.
fn is_of_self(receiver: &Expr) -> bool {
    match receiver {
        Expr::Path(path) => path.path.is_ident("self"),
        Expr::Field(field) => is_of_self(&field.base),
        _ => false,
    }
}

#[test]
fn what_a_helper_asks_for_is_asked_for_by_whoever_calls_it() {
    let source = "
        struct Adapter { client: Client }
        impl Adapter { fn new(client: Client) -> Self { Self { client } } }
        impl Adapter { async fn helper(&self) { self.client.put_object().tagging(x).send().await } }
        impl Port for Adapter {
            async fn direct(&self) { let found = self.client.get_object().send().await; found.next() }
            async fn indirect(&self) { Self::helper(self).await }
            async fn next(&self) { self.inner.client.head_object() }
        }";
    let found = of_file(source);
    let names = |method: &str| -> Vec<&str> {
        found[method].iter().map(|operation| operation.name.as_str()).collect()
    };
    assert_eq!(names("Port::direct"), ["get_object"]);
    assert_eq!(names("Port::indirect"), ["put_object"]);
    assert_eq!(names("Port::next"), ["head_object"]);
    let put = found["Port::indirect"].first().unwrap();
    assert!(put.along.contains("tagging"));
}

#[test]
#[should_panic(expected = "is understood")]
fn a_client_with_another_name_is_not_overlooked() {
    of_file("impl Port for Adapter { async fn f(&self) { let c = &self.client; c.put_object() } }");
}

#[test]
#[should_panic(expected = "is not understood")]
fn what_a_macro_hides_is_not_overlooked() {
    of_file("impl Port for Adapter { async fn f(&self) { join!(self.a(), self.b()) } }");
}
