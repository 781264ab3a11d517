package Loket::Wait;

# Waiting for what another process does.

use v5.36;
use Exporter qw(import);
use List::Util qw(max min);
use Time::HiRes qw(sleep time);

our @EXPORT_OK = qw(wait_for);

# Asks again and again, for at most so many seconds, until the condition holds;
# returns its value, or false when time is up. The longer it lasts, the less
# often it asks.
sub wait_for($timeout_s, $condition) {
	my $start = time;
	while (1) {
		my $value = $condition->();
		my $passed_s = time - $start;
		return $value if $value || $passed_s > $timeout_s;
		sleep max(0.01, min(2, $passed_s / 10));
	}
}

1;
