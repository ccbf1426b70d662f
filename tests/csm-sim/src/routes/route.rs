//! Which endpoint a request is for.

use axum::http::Method;

use crate::{faults::RequestKind, world::record::Entity};

/// The endpoints, and the simulator's own.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    ProfileBulk(Entity),
    DefinitionsBulk(Entity),
    Task(&'a str),
    FetchOrganizations,
    FetchProfiles(Entity),
    Search,
    Fields(Entity),
    AddField(Entity),
    /// The name is as it stands in the path.
    EditField(Entity, &'a str),
    DeleteField(Entity, &'a str),
    CustomerDetailsBulk,
    /// A cloud id that is not ours: the gateway finds no site to ask.
    NoSuchSite,
    /// The paged list of organizations that Jira Service Management has.
    ServiceDesk,
    /// `/_sim/…`
    Control(&'a str),
}

impl<'a> Route<'a> {
    /// `None`: there is nothing at this path, or nothing for this method.
    pub(crate) fn parse(method: &Method, path: &'a str, cloud_id: Option<&str>) -> Option<Self> {
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        let (below, at_root) = match segments.as_slice() {
            ["jsm", "csm", "cloudid", id, below @ ..] => {
                let is_known = !id.is_empty() && cloud_id.is_none_or(|known| known == *id);
                if !is_known {
                    return Some(Self::NoSuchSite);
                }
                (below, false)
            }
            below => (below, true),
        };
        match (method.as_str(), below) {
            (_, ["_sim", name]) if at_root => Some(Self::Control(name)),
            ("GET", ["rest", "servicedeskapi", "organization"]) => Some(Self::ServiceDesk),
            (_, ["api", "v1", ..]) if at_root => None,
            ("GET", ["api", "v1", "tasks", id]) => Some(Self::Task(id)),
            ("POST", ["api", "v1", "organization", "fetch"]) => Some(Self::FetchOrganizations),
            ("POST", ["api", "v1", "customer", "search-by-detail-field"]) => Some(Self::Search),
            ("POST", ["api", "v1", "customer", "details", "bulk"]) => {
                Some(Self::CustomerDetailsBulk)
            }
            (method, ["api", "v1", "organization", rest @ ..]) => {
                Self::of_entity(method, Entity::Organization, rest)
            }
            (method, ["api", "v1", "customer", rest @ ..]) => {
                Self::of_entity(method, Entity::Customer, rest)
            }
            _ => None,
        }
    }

    fn of_entity(method: &str, entity: Entity, rest: &[&'a str]) -> Option<Self> {
        match (method, rest) {
            ("POST", ["profile", "bulk"]) => Some(Self::ProfileBulk(entity)),
            ("POST", ["profile", "fetch"]) => Some(Self::FetchProfiles(entity)),
            ("POST", ["details", "definitions", "bulk"]) => Some(Self::DefinitionsBulk(entity)),
            ("GET", ["details"]) => Some(Self::Fields(entity)),
            ("POST", ["details"]) => Some(Self::AddField(entity)),
            ("PUT", ["details", name]) => Some(Self::EditField(entity, name)),
            ("DELETE", ["details", name]) => Some(Self::DeleteField(entity, name)),
            _ => None,
        }
    }

    /// The name it is counted under.
    pub(crate) fn label(&self) -> String {
        match self {
            Self::ProfileBulk(entity) => format!("POST {}/profile/bulk", entity.word()),
            Self::DefinitionsBulk(entity) => {
                format!("POST {}/details/definitions/bulk", entity.word())
            }
            Self::Task(_) => "GET tasks/{id}".to_owned(),
            Self::FetchOrganizations => "POST organization/fetch".to_owned(),
            Self::FetchProfiles(entity) => format!("POST {}/profile/fetch", entity.word()),
            Self::Search => "POST customer/search-by-detail-field".to_owned(),
            Self::Fields(entity) => format!("GET {}/details", entity.word()),
            Self::AddField(entity) => format!("POST {}/details", entity.word()),
            Self::EditField(entity, _) => format!("PUT {}/details/{{name}}", entity.word()),
            Self::DeleteField(entity, _) => format!("DELETE {}/details/{{name}}", entity.word()),
            Self::CustomerDetailsBulk => "POST customer/details/bulk".to_owned(),
            Self::NoSuchSite => "unknown".to_owned(),
            Self::ServiceDesk => "GET servicedeskapi/organization".to_owned(),
            Self::Control(name) => format!("_sim/{name}"),
        }
    }

    pub(crate) fn kind(&self) -> RequestKind {
        match self {
            Self::ProfileBulk(_) | Self::DefinitionsBulk(_) | Self::CustomerDetailsBulk => {
                RequestKind::Bulk
            }
            Self::Task(_) => RequestKind::Task,
            _ => RequestKind::Other,
        }
    }

    /// Changes detail fields, which is a right of its own.
    pub(crate) fn changes_fields(&self) -> bool {
        matches!(
            self,
            Self::DefinitionsBulk(_)
                | Self::AddField(_)
                | Self::EditField(..)
                | Self::DeleteField(..)
        )
    }

    pub(crate) fn has_body(&self) -> bool {
        !matches!(self, Self::Task(_) | Self::Fields(_) | Self::DeleteField(..) | Self::ServiceDesk)
    }
}
