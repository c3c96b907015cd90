"""What matters, measured: each figure beside a floor taken in the same run."""
