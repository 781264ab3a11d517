#!/usr/bin/perl
# loketd stops within the time that one delivery takes, however many
# notifications wait and however slow the relay is, and takes away the socket
# that it opened and nothing else.

use v5.36;

use File::Temp qw(tempdir);
use IO::Socket::INET;
use POSIX qw(WNOHANG);
use Test::More;
use Time::HiRes qw(sleep time);

use constant { MAILS => 8, REPLY_S => 3, STOP_S => 14 };

my $BUILD = $ENV{LOKET_BUILD} // 'build';
my $dir = tempdir(CLEANUP => 1);
my $relay = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1')
	or die "relay: $!\n";

sub write_file($path, $text) {
	open my $file, '>', $path or die "$path: $!\n";
	print $file $text;
	close $file or die "$path: $!\n";
}

# A child with its standard input and output elsewhere.
sub start($input, @command) {
	my $pid = fork // die "fork: $!\n";

	return $pid if $pid;
	open STDIN, '<', $input or die "$input: $!\n";
	open STDOUT, '>', '/dev/null' or die "/dev/null: $!\n";
	open STDERR, '>', "$dir/log" or die "$dir/log: $!\n";
	exec @command or die "$command[0]: $!\n";
}

# Each client hears after a while that it is to come again.
sub serve_slowly {
	while (my $client = $relay->accept) {
		sleep REPLY_S;
		print $client "451 later\r\n";
		close $client;
	}
	exit 0;
}

sub configure($socket) {
	write_file("$dir/loket.conf", <<"END");
socket = "unix:$dir/$socket"
store = "sqlite:$dir/loket.db"
secret = "$dir/secret"
log = "stderr"
relay = "smtp://127.0.0.1:@{[$relay->sockport]}"
ack-delay = "0 seconds"
desk "support" {
	addresses = { "support\@acme.example" }
	ack = "always"
}
END
}

sub start_loketd {
	my $pid = start('/dev/null', "$BUILD/loketd", '-c', "$dir/loket.conf");

	sleep 0.1 while !-S "$dir/milter.sock" && !waitpid $pid, WNOHANG;
	sleep 1;
	return $pid;
}

sub has_logged($words) {
	open my $log, '<', "$dir/log" or die "$dir/log: $!\n";
	return scalar grep { /$words/ } <$log>;
}

configure('milter.sock');
{
	my $loketd = start_loketd();
	write_file("$dir/other", 'not ours');
	configure('other');
	kill USR1 => $loketd;
	for (1 .. 100) {
		last if has_logged('reloaded');
		sleep 0.1;
	}
	ok(has_logged('reloaded'), 'another socket is configured');
	kill TERM => $loketd;
	waitpid $loketd, 0;
	ok(-e "$dir/other", 'what lies there stays');
	ok(!-e "$dir/milter.sock", 'the socket that was opened goes');
	configure('milter.sock');
}
for my $i (1 .. MAILS) {
	write_file("$dir/mail", "From: c$i\@x$i.example\nSubject: $i\n\n$i\n");
	waitpid start("$dir/mail", "$BUILD/loket", '-c', "$dir/loket.conf",
		'ingest', '--from', "c$i\@x$i.example",
		'--rcpt', 'support@acme.example'), 0;
	is($?, 0, "mail $i is taken in");
}

my $server = fork // die "fork: $!\n";
serve_slowly() if !$server;
my $loketd = start_loketd();
my $from = time;
kill TERM => $loketd;
waitpid $loketd, 0;
is($?, 0, 'it stops well');
cmp_ok(time - $from, '<', STOP_S, 'and does not wait for all of the outbox');
kill KILL => $server;
waitpid $server, 0;
done_testing();
