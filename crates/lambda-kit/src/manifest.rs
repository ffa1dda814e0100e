//! What a function needs from the template. A test compares both, in both directions.

/// The needs of a function.
#[derive(Debug, Clone, Copy)]
pub struct Manifest {
    /// Logical id of the function in the template.
    pub logical_id: &'static str,
    /// Environment variables the template must set.
    pub env: &'static [&'static str],
    /// What the function's role must allow.
    pub grants: &'static [Grant],
}

/// Actions on one resource.
#[derive(Debug, Clone, Copy)]
pub struct Grant {
    /// Logical id of the resource in the template, or a parameter's path for resources outside of it.
    pub resource: &'static str,
    /// Actions, such as `dynamodb:GetItem`.
    pub actions: &'static [&'static str],
}
