"""A simulated Crypto.com Exchange: speaks HTTP on loopback, knows its own truth, and can misbehave. See README.md."""
