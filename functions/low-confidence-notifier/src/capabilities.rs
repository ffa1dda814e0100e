//! What this function can do to the world. The trait is a statement of the template, by the same name.

use aws::alerts::Alert;
use domain::Fault;

/// Tells people. Maps to `sns:Publish`.
pub trait SendAlert {
    /// Publishes an alert, once per call: not idempotent.
    ///
    /// # Errors
    ///
    /// [`Fault`] if the topic failed; it may have taken the alert all the same.
    fn send_alert(&self, alert: &Alert) -> impl Future<Output = Result<(), Fault>> + Send;
}
