# Shortcuts. Nothing here is needed: each recipe is one command.

# The hub with local stand-ins and a page to watch it on.
sandbox:
    cargo run --release -- sandbox

# Every check and every test.
test:
    scripts/test

# Payments per second over HTTP on both databases.
bench:
    cargo build --release -p aviso
    cargo run --release -p aviso-benches --bin aviso-bench
