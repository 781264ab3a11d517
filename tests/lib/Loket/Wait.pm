package Loket::Wait;

# Waiting for what another process does.

use v5.36;
use Exporter qw(import);
use Time::HiRes qw(sleep time);

our @EXPORT_OK = qw(wait_for);

# Asks again and again, for at most so many seconds, until the condition holds;
# returns its value, or false when time is up.
sub wait_for($timeout_s, $condition) {
	my $end = time + $timeout_s;
	my $pause_s = 0.01;
	while (1) {
		my $value = $condition->();
		return $value if $value || time > $end;
		sleep $pause_s;
		$pause_s = $pause_s * 2 if $pause_s < 0.2;
	}
}

1;
