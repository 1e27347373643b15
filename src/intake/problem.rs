//! Why a document was not made.

use crate::error::Error;
use crate::generate::{InputError, InputErrors};
use crate::store::StoreError;

/// Why a document was not made: itself, or something that ends the run.
#[derive(Debug)]
pub(crate) enum Problem {
    /// The input.
    Input(InputErrors),
    /// The input made it before.
    Made(InputError),
    /// Something that ends the run.
    Run(Box<Error>),
}

impl From<InputError> for Problem {
    fn from(error: InputError) -> Self {
        Problem::Input(error.into())
    }
}

impl From<InputErrors> for Problem {
    fn from(errors: InputErrors) -> Self {
        Problem::Input(errors)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Problem::Run(Box::new(error))
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Error::from(error).into()
    }
}
