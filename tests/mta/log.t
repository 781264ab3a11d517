#!/usr/bin/perl
#
# The log tells the fate of each mail in one line, and of mail that is nobody's
# business but its sender's no more than the queue id.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Loket::Milter;
use Loket::Site;

use constant DESK => 'support@acme.example';
use constant AGENT => 'jan@acme.example';
use constant { NOHELO => 0x2, NR_HELO => 0x2000 };
use constant { NOUNKNOWN => 0x100, NR_UNKNOWN => 0x20000 };

my $site = Loket::Site->temporary(config => 'on-failure = "accept"');
$site->start;
my $milter = Loket::Milter->new($site->socket_file);

# Sends a mail and returns what the log says of it.
sub logged($id, $from, $to, $subject, %macros) {
	$milter->begin($from, [$to], i => $id, %macros);
	$milter->header(From => $from);
	$milter->header(To => $to);
	$milter->header(Subject => $subject);
	$milter->body("Hallo.\r\n");
	is $milter->end->{code}, 250, 'it is taken';
	open my $log, '<', $site->loketd_log or die $!;
	return [grep { /\b\Q$id\E\b/ } readline $log];
}

subtest 'a mail for the desk' => sub {
	my $lines = logged('Q1', 'an@klant.example', DESK, 'Geheim');
	my ($ticket) = $site->tickets;
	is scalar @$lines, 1, 'one line';
	my $fate = "role=customer number=$ticket->{number} created=1";
	like $lines->[0], qr/^loketd: Q1: accepted $fate\b/, 'its fate';
	unlike $lines->[0], qr/Geheim|klant/, 'and nothing of its text';
};

subtest 'an agent\'s own mail' => sub {
	is_deeply logged('Q2', AGENT, 'oma@familie.example', 'Verjaardag',
		'{auth_authen}' => 'jan'), ["loketd: Q2: passed\n"],
		'the queue id alone';
};

subtest 'mail from outside to an agent' => sub {
	is_deeply logged('Q3', 'oma@familie.example', AGENT, 'Verjaardag'),
		["loketd: Q3: passed\n"], 'the queue id alone';
};

subtest 'mail that is not ours at all' => sub {
	is $milter->begin('oma@familie.example', ['kees@acme.example'],
		i => 'Q4')->{code}, 250, 'it passes';
	open my $log, '<', $site->loketd_log or die $!;
	is scalar grep({ /Q4/ } readline $log), 0, 'no line';
};

subtest 'a mail that passed while the store was away' => sub {
	my $unlock = $site->lock_store;
	my $lines = logged('Q5', 'an@klant.example', DESK, 'Geheim');
	$unlock->();
	is scalar @$lines, 1, 'one line';
	like $lines->[0], qr/^loketd: Q5: passed unrecorded: store/,
		'says that it passed, and why';
	is scalar $site->tickets, 1, 'and it did';
};

# libmilter answers them where nobody else does, and complains of that in syslog
# once silence was agreed on.
subtest 'HELO and unknown commands' => sub {
	ok $milter->agreed(NOHELO | NOUNKNOWN), 'they are not sent';
	ok !$milter->agreed($_), 'nor is silence agreed on'
		for NR_HELO, NR_UNKNOWN;
};

$milter->quit;
done_testing;
