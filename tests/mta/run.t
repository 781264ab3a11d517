#!/usr/bin/perl
#
# The demonstration ends by itself without a terminal, stays until it is
# stopped when it is told to keep, lets go of its caller, and fails with a
# clear message when Loket does not start.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use File::Temp qw(tempdir);
use IO::Socket::INET;
use JSON::PP qw(decode_json);
use Test::More;
use Time::HiRes qw(time);

use Loket::Process qw(exit_code);
use Loket::Site;
use Loket::Wait qw(wait_for);

use constant RUN => Loket::Site::ROOT . '/scripts/run';
use constant QUICK_S => 15;

# A build directory of its own, with the programs that were built, so that a
# demonstration somebody left running is not ended by this test.
my %built = map { $_ => Loket::Site::built($_) } qw(loketd loket);
my $build = tempdir('run-XXXXXX', CLEANUP => 1,
	DIR => Loket::Site::ROOT . '/build');
symlink $built{$_}, "$build/$_" for keys %built;
$ENV{LOKET_BUILD} = $build;

# Runs it to the end of its output, which a program that it leaves behind and
# that holds on to the pipe would keep open: exit code and output.
sub demonstrate($environment, @arguments) {
	local %ENV = (%ENV, %$environment);
	open my $out, '-|', 'timeout 120 ' . join(' ', RUN, @arguments)
		. ' 2>&1 </dev/null' or die "run: $!";
	my $text = join '', readline $out;
	close $out;
	return (exit_code(), $text);
}

sub read_env {
	open my $in, '<', "$build/run/env" or return;
	return map { chomp; split /=/, $_, 2 } readline $in;
}

sub answers($host_port) {
	return defined IO::Socket::INET->new(PeerAddr => $host_port);
}

subtest 'without a terminal it ends by itself' => sub {
	my ($exit, $text) = demonstrate({ CI => 'true' });
	is $exit, 0, 'every step came out right' or diag $text;
	my @numbers = $text =~ /^\s+(\d{10})\b/mg;
	cmp_ok scalar @numbers, '>=', 5, 'the table shows the tickets';
	ok !-e "$build/run/env", 'nothing says that it is up';
	ok !-S "$build/run/milter.sock", 'loketd is gone';
};

my %first;
subtest 'KEEP leaves it running and lets the caller go' => sub {
	my ($exit, $text) = demonstrate({ CI => 'true', KEEP => 1 });
	is $exit, 0, 'every step came out right' or diag $text;
	%first = read_env();
	ok answers($first{$_}), "$_ answers" for qw(SMTP SUBMISSION);
	ok -d "$first{MAILDIR}/acme.example/support/new", 'MAILDIR';
	my $tickets = qx($built{loket} -c $first{CONF} tickets --json);
	cmp_ok scalar decode_json($tickets)->@*, '>=', 5, 'CONF';
	is_deeply [grep { !m{^/} } @first{qw(MAILDIR CONF)}], [],
		'absolute paths';
};

subtest 'a second one takes the place of the first' => sub {
	my ($exit, $text) = demonstrate({ KEEP => 1 });
	is $exit, 0, 'it comes up' or diag $text;
	my %second = read_env();
	ok answers($second{SMTP}), 'and answers';
};

subtest 'stop ends it' => sub {
	my %env = read_env();
	my ($exit) = demonstrate({}, 'stop');
	is $exit, 0, 'stopped';
	ok !answers($env{$_}), "$_ is silent" for qw(SMTP SUBMISSION);
	ok !-e "$build/run/env", 'nothing says that it is up';
	my ($again, $text) = demonstrate({}, 'stop');
	is $again, 0, 'stopping nothing is no error';
	like $text, qr/nothing/i, 'but is said';
};

# script(1) gives it the terminal that a person has. A shell that stayed
# between the two would die of the same Ctrl-C.
subtest 'at a terminal it stays until Ctrl-C' => sub {
	delete local @ENV{qw(CI KEEP)};
	local $ENV{SHELL} = '/bin/sh';
	my $run = 'exec ' . RUN;
	open my $terminal, '|-', 'script', '-qec', $run, "$build/typescript"
		or die "script: $!";
	$terminal->autoflush;
	wait_for(60, sub { -e "$build/run/env" });
	my %env = read_env();
	ok $env{SMTP} && answers($env{SMTP}), 'it is up';
	print $terminal "\cC";
	close $terminal;
	is exit_code(), 0, 'Ctrl-C is the way to end it';
	ok $env{SMTP} && !answers($env{SMTP}), 'it is down';
};

subtest 'it fails at once when loketd does not start' => sub {
	unlink "$build/loketd";
	my $start = time;
	my ($exit, $text) = demonstrate({ KEEP => 1 });
	isnt $exit, 0, 'exit code';
	cmp_ok time - $start, '<', QUICK_S, 'quickly';
	like $text, qr/loketd did not start/, 'and says why';
	ok !-e "$build/run/env", 'nothing says that it is up';
};

done_testing;
