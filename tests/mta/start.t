#!/usr/bin/perl
#
# loketd starts over what a crash left, refuses to start over a living one or
# with a wrong configuration, saying where it is wrong, and stops without
# losing what it was handed.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes qw(sleep);

use Loket::Compose qw(compose);
use Loket::Parallel qw(start_all results);
use Loket::Process qw(run);
use Loket::Site;

use constant DESK => 'support@acme.example';
use constant { EX_USAGE => 64, EX_CONFIG => 78 };

my $site = Loket::Site->temporary;
$site->start;

# Runs loketd until it gives up: its exit code and what it says.
sub loketd(@arguments) {
	my $err = File::Temp->new;
	my $exit = run('/dev/null', "$err",
		'timeout', 20, Loket::Site::built('loketd'), @arguments);
	return ($exit, join '', readline $err);
}

subtest 'a stale socket is replaced' => sub {
	$site->kill_loketd;
	ok -S $site->socket_file, 'the dead one left its socket';
	ok !$site->accepts, 'where nobody answers';
	ok eval { $site->start_loketd; 1 }, 'a new one starts' or diag $@;
	ok $site->accepts, 'and answers';
};

subtest 'a living one is not pushed aside' => sub {
	my ($exit, $err) = loketd('-c', $site->conf_file);
	is $exit, EX_CONFIG, 'the second one does not start';
	like $err, qr/milter\.sock/, 'and names the socket';
	ok $site->accepts, 'the first one still answers';
};

subtest 'a wrong configuration is refused with file and line' => sub {
	my $good = <<~'END';
		socket = "unix:/nonexistent/milter.sock"
		store = "sqlite:/nonexistent/loket.db"
		secret = "/nonexistent/secret"
		END
	my %wrong = (
		'an unknown key' => [$good . "sokcet = \"x\"\n", 4],
		'a wrong value' => ["$good\non-failure = \"perhaps\"\n", 5],
		'an unknown target' => [$good . <<~'END', 6],
			desk "support" {
				addresses = { "support@acme.example" }
				first-response = "soon"
			}
			END
		'an unset variable' => [
			$good . "postmaster = \"\${LOKET_NO_SUCH}\"\n", 4],
	);
	for my $name (sort keys %wrong) {
		my ($text, $line) = $wrong{$name}->@*;
		my $file = $site->dir . '/wrong.conf';
		open my $out, '>', $file or die "$file: $!";
		print $out $text;
		close $out;
		my ($exit, $err) = loketd('-c', $file);
		is $exit, EX_CONFIG, "$name: exit code";
		like $err, qr/^\Q$file\E:$line: \S/m, "$name: FILE:LINE";
	}
};

subtest 'a configuration that is cut off is refused' => sub {
	my $file = $site->dir . '/cut.conf';
	open my $out, '>', $file or die "$file: $!";
	print $out "desk \"support\" {\n",
		"\taddresses = { \"support\@acme.example\" }\n";
	close $out;
	my ($exit, $err) = loketd('-c', $file);
	is $exit, EX_CONFIG, 'exit code';
	like $err, qr/^\Q$file\E:\d+: \S/m, 'FILE:LINE';
};

subtest 'a configuration that is not there is refused' => sub {
	my ($exit, $err) = loketd('-c', '/nonexistent/loket.conf');
	is $exit, EX_CONFIG, 'exit code';
	like $err, qr{/nonexistent/loket\.conf}, 'and named';
};

subtest 'a start that fails leaves no socket' => sub {
	my $file = $site->dir . '/nowhere.conf';
	my $socket = $site->dir . '/nowhere.sock';
	open my $out, '>', $file or die "$file: $!";
	print $out <<~"END";
		socket = "unix:$socket"
		store = "sqlite:/nonexistent/loket.db"
		secret = "/nonexistent/secret"
		log = "stderr"
		desk "support" {
			addresses = { "support\@acme.example" }
			tag = "ACME"
		}
		END
	close $out;
	my ($exit, $err) = loketd('-c', $file);
	cmp_ok $exit, '>', 0, 'it ends';
	like $err, qr{/nonexistent/}, 'for want of a directory';
	ok !-e $socket, 'the socket is gone';
};

subtest 'wrong usage is told from a wrong configuration' => sub {
	my ($exit) = loketd('--no-such-option');
	is $exit, EX_USAGE, 'exit code';
};

# A reload may name another socket, which then is not ours.
subtest 'at the end it removes its own socket and no other file' => sub {
	my $conf = $site->conf_file;
	my $other = $site->dir . '/other';
	open my $out, '>', $other or die "$other: $!";
	close $out;
	my $socket = $site->socket_file;
	system('sed', '-i', "s,$socket,$other,", $conf) == 0 or die 'sed';
	$site->reload_loketd;
	is $site->stop_loketd, 0, 'it stops';
	ok -f $other, 'the other file is there';
	ok !-e $socket, 'the socket is not';
	$site->write_conf;
	$site->start_loketd;
};

subtest 'a file that has taken the place of its socket stays' => sub {
	unlink $site->socket_file;
	open my $out, '>', $site->socket_file or die $!;
	close $out;
	is $site->stop_loketd, 0, 'it stops';
	ok -f $site->socket_file, 'the file is there';
	unlink $site->socket_file;
	$site->start_loketd;
};

# Mails are under way when the signal comes; whoever got no 250 tries again.
subtest 'SIGTERM stops without losing or doubling a mail' => sub {
	my $send = sub ($n) {
		my $from = "klant$n\@bedrijf$n.example";
		my $mail = compose("Mail $n.\n", From => $from, To => DESK,
			Subject => "Mail $n");
		for (1 .. 200) {
			my $reply = eval {
				$site->send($from, [DESK], $mail)
			};
			return $reply->{queue_id}
				if $reply && $reply->{code} == 250;
			sleep 0.1;
		}
		return undef;
	};
	my $clients = start_all(map { my $first = 10 * $_;
		sub { [map { $send->($_) } $first .. $first + 9] } } 0 .. 3);
	sleep 0.5;
	is $site->stop_loketd, 0, 'it ends with exit code 0';
	ok !-e $site->socket_file, 'and takes its socket away';
	$site->start_loketd;
	my @queue_ids = map { @$_ } results($clients);
	is scalar(grep { defined } @queue_ids), 40, 'all mails were taken';
	my %seen;
	$seen{$_->{subject}}++ for $site->tickets;
	is_deeply [map { $seen{"Mail $_"} // 0 } 0 .. 39], [(1) x 40],
		'each is in the store once';
};

done_testing;
