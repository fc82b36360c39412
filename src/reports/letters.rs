//! The mail about a report. It holds a link that needs signing in, and no figure: mail is read by many machines.

use super::types::{MonthOf, month_name};
use crate::mail::Mail;

pub(super) fn ready(public_url: &str, to: &str, agency: &str, month: MonthOf) -> Mail {
    let month = month_name(month);
    Mail {
        to: to.to_owned(),
        subject: format!("{agency}: the report of {month} is ready"),
        body: format!(
            "The report of {agency} for {month} is ready. Sign in to download it:\n\n\
             {public_url}/analytics/reports\n\n\
             This mail holds no figures on purpose. If you do not want to be told any more, say so on the same page.\n"
        ),
    }
}
