//! The rows in the shapes of the documents and in hostile ones, and the calls against a small fake.
