//! CreatorCRM.
