//! Sets of things that have one name each, in API, tables and docs.

/// Declares an enum from its variants and their names, so that a variant cannot be forgotten in one of the
/// lists: `ALL`, `as_str` and `from_name`.
macro_rules! named {
    ($(#[$about:meta])* pub enum $set:ident { $($(#[$doc:meta])* $name:ident = $text:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $set { $($(#[$doc])* $name,)* }

        impl $set {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name in API, tables and docs.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The one with this name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$name),)* _ => None }
            }
        }
    };
}

pub(crate) use named;
