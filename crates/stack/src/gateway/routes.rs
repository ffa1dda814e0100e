//! Which route a request takes.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html>: a full match of method
//! and path wins over one with a greedy variable, and that over `$default`. Of two full matches the one with the
//! earlier literal segment is the more specific.

use std::collections::BTreeMap;

use http::Method;
use percent_encoding::percent_decode_str;

use crate::template::RouteSpec;

/// What a route leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// Logical id of the function.
    pub(crate) function: String,
    pub(crate) timeout_ms: u32,
}

#[derive(Debug)]
struct Route {
    key: String,
    /// `None` for every method.
    method: Option<String>,
    path: Vec<Segment>,
    target: Target,
}

/// In order of precedence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(String),
    Variable(String),
    /// `{name+}`: all that is left, at least one segment.
    Greedy(String),
}

/// All routes of the API.
#[derive(Debug, Default)]
pub(crate) struct Router {
    routes: Vec<Route>,
    default: Option<Target>,
}

/// A route that fits, with what its variables stand for, decoded.
#[derive(Debug, PartialEq)]
pub(crate) struct Found<'a> {
    pub(crate) key: &'a str,
    pub(crate) target: &'a Target,
    pub(crate) variables: BTreeMap<String, String>,
}

/// Two routes that every request would find together.
#[derive(Debug, thiserror::Error)]
#[error("two functions declare the route `{0}`")]
pub(crate) struct Conflict(pub(crate) String);

impl Router {
    pub(crate) fn add(&mut self, spec: &RouteSpec, function: &str) -> Result<(), Conflict> {
        let target = Target {
            function: function.to_owned(),
            timeout_ms: spec.timeout_ms,
        };
        if spec.path.is_empty() {
            return match self.default.replace(target) {
                None => Ok(()),
                Some(_) => Err(Conflict(spec.key())),
            };
        }
        let path = segments(&spec.path).map(Segment::read).collect();
        let method = (spec.method != "ANY").then(|| spec.method.clone());
        let route = Route {
            key: spec.key(),
            method,
            path,
            target,
        };
        if self
            .routes
            .iter()
            .any(|it| it.method == route.method && it.shape() == route.shape())
        {
            return Err(Conflict(route.key));
        }
        self.routes.push(route);
        Ok(())
    }

    /// The route for a request, `path` as it stands in the request line.
    pub(crate) fn find(&self, method: &Method, path: &str) -> Option<Found<'_>> {
        let best = self
            .routes
            .iter()
            .filter(|it| it.method.as_deref().is_none_or(|it| it == method.as_str()))
            .filter_map(|route| Some((route, route.variables(path)?)))
            .min_by(|(a, _), (b, _)| a.rank().cmp(&b.rank()));
        match (best, &self.default) {
            (Some((route, variables)), _) => Some(Found {
                key: &route.key,
                target: &route.target,
                variables,
            }),
            (None, Some(target)) => Some(Found {
                key: "$default",
                target,
                variables: BTreeMap::new(),
            }),
            (None, None) => None,
        }
    }

    /// Route keys, for the page that lists them.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (&str, &str)> {
        let default = self.default.iter().map(|it| ("$default", it.function.as_str()));
        self.routes
            .iter()
            .map(|it| (it.key.as_str(), it.target.function.as_str()))
            .chain(default)
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}

impl Route {
    /// Lower is more specific: kinds of segments from the left, then an own method over every method.
    fn rank(&self) -> (Vec<u8>, bool) {
        (
            self.shape().iter().map(|(kind, _)| *kind).collect(),
            self.method.is_none(),
        )
    }

    /// The path without the names of its variables.
    fn shape(&self) -> Vec<(u8, &str)> {
        self.path
            .iter()
            .map(|it| match it {
                Segment::Literal(text) => (0, text.as_str()),
                Segment::Variable(_) => (1, ""),
                Segment::Greedy(_) => (2, ""),
            })
            .collect()
    }

    fn variables(&self, path: &str) -> Option<BTreeMap<String, String>> {
        let mut variables = BTreeMap::new();
        let parts: Vec<&str> = segments(path).collect();
        for (idx, segment) in self.path.iter().enumerate() {
            let part = *parts.get(idx)?;
            match segment {
                Segment::Literal(text) if *text == decode(part) => {}
                Segment::Literal(_) => return None,
                Segment::Variable(_) if part.is_empty() => return None,
                Segment::Variable(name) => {
                    variables.insert(name.clone(), decode(part));
                }
                Segment::Greedy(name) => {
                    let rest = parts.get(idx..)?.join("/");
                    if rest.is_empty() {
                        return None;
                    }
                    variables.insert(name.clone(), decode(&rest));
                    return Some(variables);
                }
            }
        }
        (parts.len() == self.path.len()).then_some(variables)
    }
}

impl Segment {
    fn read(text: &str) -> Self {
        match text.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
            Some(name) => match name.strip_suffix('+') {
                Some(name) => Self::Greedy(name.to_owned()),
                None => Self::Variable(name.to_owned()),
            },
            None => Self::Literal(text.to_owned()),
        }
    }
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn router(routes: &[&str]) -> Router {
        let mut router = Router::default();
        for key in routes {
            let (method, path) = key.split_once(' ').unwrap_or(("", ""));
            let spec = RouteSpec {
                method: method.into(),
                path: path.into(),
                timeout_ms: 1,
            };
            router.add(&spec, key).unwrap();
        }
        router
    }

    fn key<'a>(router: &'a Router, method: &str, path: &str) -> Option<&'a str> {
        router.find(&method.parse().unwrap(), path).map(|it| it.key)
    }

    #[test]
    fn the_most_specific_route_wins() {
        // The documentation's example, plus a method of its own beside ANY.
        let router = router(&[
            "ANY /{proxy+}",
            "GET /pets/{proxy+}",
            "GET /pets/dog/{id}",
            "GET /pets/dog/1",
            "ANY /pets/dog/1",
            "$default",
        ]);
        for (method, path, expected) in [
            ("GET", "/pets/dog/1", "GET /pets/dog/1"),
            ("POST", "/pets/dog/1", "ANY /pets/dog/1"),
            ("GET", "/pets/dog/2", "GET /pets/dog/{id}"),
            ("GET", "/pets/cat/1", "GET /pets/{proxy+}"),
            ("POST", "/test/5", "ANY /{proxy+}"),
            ("GET", "/", "$default"),
        ] {
            assert_eq!(key(&router, method, path), Some(expected), "{method} {path}");
        }
    }

    #[test]
    fn variables_are_decoded_and_never_span_segments() {
        let router = router(&["GET /a/{x}/b/{y}", "GET /c/{rest+}"]);
        let found = router.find(&Method::GET, "/a/1%2F2/b/%C3%A4%20").unwrap();
        assert_eq!(
            found.variables,
            BTreeMap::from([("x".into(), "1/2".into()), ("y".into(), "ä ".into())])
        );
        let rest = router.find(&Method::GET, "/c/d/e%20f").unwrap();
        assert_eq!(rest.variables["rest"], "d/e f");
        for path in ["/a/1/b", "/a/1/b/", "/a//b/c", "/a/1/b/2/", "/c/", "/c"] {
            assert_eq!(key(&router, "GET", path), None, "{path}");
        }
        assert_eq!(key(&router, "POST", "/c/d"), None);
    }

    #[test]
    fn two_functions_cannot_have_one_route() {
        let mut router = router(&["GET /a/{x}"]);
        let spec = RouteSpec {
            method: "GET".into(),
            path: "/a/{y}".into(),
            timeout_ms: 1,
        };
        assert!(router.add(&spec, "other").is_err());
    }
}
