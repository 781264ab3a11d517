package Loket::Parallel;

# Several clients at once, each a process of its own.

use v5.36;
use Exporter qw(import);
use JSON::PP qw(decode_json encode_json);
use POSIX ();

our @EXPORT_OK = qw(start_all results in_parallel);

# Starts the jobs; what each returns, plain data, comes out of results() in
# their order.
sub start_all(@jobs) {
	return [map { _start($_) } @jobs];
}

# Waits for all; a job that died gives undef.
sub results($started) {
	return map { _result($_) } @$started;
}

sub in_parallel(@jobs) {
	return results(start_all(@jobs));
}

sub _start($job) {
	pipe my $in, my $out or die "pipe: $!";
	my $pid = fork // die "fork: $!";
	return { pid => $pid, in => $in } if $pid;

	# Not exit: what the parent owns is not ours to end.
	my $done = eval { print $out encode_json([$job->()]); 1 };
	print STDERR $@ unless $done;
	close $out;
	POSIX::_exit($done ? 0 : 1);
}

sub _result($child) {
	local $/;
	my $json = readline $child->{in};
	waitpid $child->{pid}, 0;
	return $? == 0 ? decode_json($json)->[0] : undef;
}

1;
