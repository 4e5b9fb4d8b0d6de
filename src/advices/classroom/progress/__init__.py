"""What is kept of a class: who has which seat, what they opened, tried and solved."""
