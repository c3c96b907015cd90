"""What people do: one use is one async function is one transaction."""
