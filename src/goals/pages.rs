//! `/analytics/goals`: the goals of a month, how each stands, and setting them.

mod line;
mod list;
mod set;

pub use line::GoalLine;
pub use list::goals;
pub use set::set;
