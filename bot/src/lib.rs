//! The Telegram edge: buyers and staff talk to Aviso here.
