"""What every area of the faces shares: how texts are shown, how refusals are worded, how panels are built."""
