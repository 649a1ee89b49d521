//! Text to `Statement`, and back to text: syntax only, no name is looked up here.
pub mod syntax;
