//! The checks against installations in good and bad order.
