#!/usr/bin/perl
#
# Usage, options in any order, the lists, and the outbox.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use JSON::PP;
use Test::More;

use Loket::Cli qw(bytes_of edits_of passed);
use Loket::Sink;

use constant DESK => 'support@acme.example';
use constant AN => 'an@klant.example';
use constant JAN => 'jan@acme.example';

subtest 'wrong usage is exit 64, on stderr' => sub {
	my $cli = Loket::Cli->new;
	my @wrong = ([], ['balie'], ['tickets', '--nergens'], ['tickets', 'x'], ['tickets', '--state', 'weg'],
		['tickets', '--due-within', 'straks'], ['tickets', '--limit', 'veel'], ['tickets', '--desk'],
		['show'], ['show', '2600000014', '2600000023'], ['show', '--nergens', '2600000014'],
		['parse'], ['ingest', 'x'], ['ingest', '--nergens'], ['outbox', 'x'], ['status', 'x'], ['check', 'x']);
	for my $arguments (@wrong) {
		my $run = $cli->run(@$arguments);
		is $run->{exit}, 64, "loket @$arguments";
		is $run->{out}, '', "loket @$arguments: nothing on stdout";
		like $run->{err}, qr/\S/, "loket @$arguments: says so";
	}
	is $cli->run_bare('-c')->{exit}, 64, 'loket -c';
	is $cli->run_bare->{exit}, 64, 'loket';
};

subtest 'help and version are no wrong usage' => sub {
	my $cli = Loket::Cli->new;
	my $help = $cli->run_bare('--help');
	is $help->{exit}, 0, '--help';
	like $help->{out}, qr/^usage: loket .*^  tickets /ms, 'names the commands';
	my $version = $cli->run_bare('--version');
	is $version->{exit}, 0, '--version';
	like $version->{out}, qr/^loket \d+\.\d+\n\z/, 'is a number';
};

subtest 'options and arguments stand in any order' => sub {
	my $cli = Loket::Cli->new;
	my $number = $cli->take(From => AN, Subject => 'Hoi')->{number};
	my $want = $cli->run('show', $number, '--json')->{out};
	is $cli->run('show', '--json', $number)->{out}, $want, 'show --json N';
	$want = $cli->run('tickets', '--json', '--desk', 'support', '--limit', '1')->{out};
	is $cli->run('tickets', '--limit=1', '--desk=support', '--json')->{out}, $want, 'tickets, with =';
	my $mail = "From: an\@klant.example\nSubject: x\nMessage-ID: <o\@klant.example>\n\nx\n";
	local $cli->{stdin} = $cli->write('in', $mail);
	my $run = $cli->run('ingest', '--client', '192.0.2.1', '--rcpt', 'x@acme.example', '--rcpt', DESK,
		'--login', '', '--from', AN);
	is decode_json($run->{out})->{role}, 'customer', 'ingest';
};

subtest 'lists' => sub {
	my $cli = Loket::Cli->new;
	my %got;
	$got{later} = $cli->at('2026-11-24 10:00:00')->take(From => AN, Subject => 'later');
	$got{soon} = $cli->at('2026-11-23 10:00:00')->take(From => 'bo@klant.example', Subject => 'soon');
	$got{sales} = $cli->at('2026-11-25 10:00:00')->take(From => AN, Subject => 'sales',
		rcpt => ['sales@acme.example']);
	$got{pending} = $cli->take(From => JAN, login => 'jan', Subject => 'pending', rcpt => [DESK, AN]);
	my $names = sub (@options) { [map { $_->{subject} } $cli->tickets(@options)] };
	$cli->at('2026-11-23 11:00:00');
	is_deeply [grep { $_ ne 'pending' } $names->()->@*], ['soon', 'later', 'sales'], 'soonest due first';
	is scalar $names->()->@*, 4, 'all that are not closed';
	is_deeply $names->('--desk', 'sales'), ['sales'], '--desk';
	is_deeply $names->('--state', 'pending'), ['pending'], '--state';
	is_deeply $names->('--state', 'open'), ['soon', 'later', 'sales'], '--state open';
	is_deeply $names->('--state', 'closed'), [], '--state closed';
	is_deeply $names->('--limit', '1'), ['soon'], '--limit';
	# from 11:00 on the 23rd: due are the 24th, 25th and 26th at 17:30
	is_deeply $names->('--due-within', '31 hours'), ['soon'], '--due-within hours';
	is_deeply $names->('--due-within', '30 hours'), [], '--due-within less';
	is_deeply $names->('--due-within', '2 working days'), ['soon', 'later'], '--due-within working days';
	is_deeply $names->('--due-within', '2wd'), ['soon', 'later'], '--due-within, short';
	my $text = $cli->run('tickets')->{out};
	like $text, qr/$got{soon}{number}.*$got{later}{number}/s, 'the text has them in the same order';
};

subtest 'a robot and a bounce are listed by their role' => sub {
	my $cli = Loket::Cli->new;
	$cli->take(From => AN, Subject => 'Spam', 'X-Spam-Flag' => 'YES');
	$cli->take(From => AN, from => '', Subject => 'Terug', 'Content-Type' => 'multipart/report;'
		. ' report-type=delivery-status; boundary=b', body => "--b\n\nx\n--b\n"
		. "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x.example\n\n"
		. "Final-Recipient: rfc822; x\@x.example\nAction: failed\nStatus: 5.1.1\n\n--b--\n");
	is_deeply [map { $_->{subject} } $cli->tickets('--role', 'spam')], ['Spam'], 'spam';
	is_deeply [map { $_->{subject} } $cli->tickets('--role', 'bounce')], ['Terug'], 'bounce';
};

subtest 'flag is computed at reading' => sub {
	my $cli = Loket::Cli->new;
	my $number = $cli->take(From => AN, Subject => 'Hoi')->{number};
	my %flag = ('2026-11-24 13:29:58' => 'none', '2026-11-24 13:30:01' => 'near',
		'2026-11-24 17:29:58' => 'near', '2026-11-24 17:30:02' => 'overdue');
	for my $at (sort keys %flag) {
		$cli->at($at);
		is $cli->ticket($number)->{flag}, $flag{$at}, "show: $at";
		is(($cli->tickets)[0]{flag}, $flag{$at}, "tickets: $at");
	}
	$cli->take(From => JAN, login => 'jan', rcpt => [AN], Subject => "Re: [ACME #$number] Hoi");
	is $cli->ticket($number)->{flag}, 'none', 'an answered ticket has none';
};

subtest 'warn is at most half the target' => sub {
	my $cli = Loket::Cli->new(desk => 'first-response = "30 minutes" warn = "4 working hours"');
	my $number = $cli->take(From => AN, Subject => 'Hoi')->{number};
	my %flag = ('2026-11-23 10:14:55' => 'none', '2026-11-23 10:15:02' => 'near',
		'2026-11-23 10:30:02' => 'overdue');
	for my $at (sort keys %flag) {
		is $cli->at($at)->ticket($number)->{flag}, $flag{$at}, $at;
	}
};

subtest 'the outbox sends once what is due' => sub {
	my $sink = Loket::Sink->start;
	my $cli = Loket::Cli->new(site => 'relay = "smtp://127.0.0.1:' . $sink->port . '"');
	my $got = $cli->take(From => '"An" <an@klant.example>', Subject => 'Hoi', 'Message-ID' => '<1@klant.example>');
	is $cli->run('outbox', '--send')->{exit}, 0, 'send';
	is scalar $sink->mails, 0, 'nothing before ack-delay';
	$cli->at('2026-11-23 10:01:05');
	is $cli->run('outbox', '--send')->{exit}, 0, 'send later';
	my ($mail, @more) = $sink->mails;
	is scalar @more, 0, 'one mail' or return;
	is $mail->{from}, '', 'the null sender';
	is_deeply $mail->{to}, [AN], 'to the customer';
	my ($head, $text) = split /\r\n\r\n/, $mail->{data}, 2;
	$head =~ s/\r\n(?=[ \t])//g;
	my %field = map { /^([\w-]+): (.*?)\r?$/ ? (lc $1 => $2) : () } split /\n/, $head;
	is $field{'auto-submitted'}, 'auto-replied', 'Auto-Submitted';
	is $field{'x-auto-response-suppress'}, 'All', 'X-Auto-Response-Suppress';
	is $field{'in-reply-to'}, '<1@klant.example>', 'In-Reply-To';
	is $field{references}, '<1@klant.example>', 'References';
	like $field{subject}, qr/^\Q$got->{tag}\E/, 'Subject';
	like $field{from}, qr/<support\@acme\.example>/, 'From';
	like $field{to}, qr/<an\@klant\.example>/, 'To';
	like $field{'message-id'}, qr/^<[^<>\s]+\@acme\.example>$/, 'Message-ID';
	like $field{date}, qr/^Mon, 23 Nov 2026 /, 'Date';
	my ($row) = $cli->outbox;
	is $row->{state}, 'sent', 'the row is sent';
	is $row->{attempts}, 1, 'at the first attempt';
	is $row->{last_error}, undef, 'without an error';
	$cli->run('outbox', '--send');
	is scalar $sink->mails, 1, 'and only once';
	my @messages = $cli->ticket($got->{number})->{messages}->@*;
	is_deeply [map { "$_->{role} $_->{direction}" } @messages], ['customer in', 'loket out'],
		'the thread has it as loket\'s';

	my $reply = $cli->take(From => AN, Subject => 'Re: iets', 'In-Reply-To' => $field{'message-id'});
	is $reply->{number}, $got->{number}, 'a reply to it joins';
	my $echo = $cli->take(From => DESK, from => '', Subject => $field{subject},
		'Message-ID' => $field{'message-id'}, 'Auto-Submitted' => 'auto-replied');
	is $echo->{role}, 'echo', 'it is known again when it comes back';
};

subtest 'a hostile Message-ID is not repeated' => sub {
	for my $id ('<' . 'x' x 260 . '@klant.example>', 'zonder', "<\xe9\@klant.example>",
		'<a@b@klant.example>') {
		my $sink = Loket::Sink->start;
		my $cli = Loket::Cli->new(site => 'relay = "smtp://127.0.0.1:' . $sink->port . '"');
		$cli->take(From => AN, Subject => 'Hoi', 'Message-ID' => $id);
		$cli->at('2026-11-23 10:01:05')->run('outbox', '--send');
		my ($mail) = $sink->mails;
		ok $mail, 'sent';
		unlike $mail->{data} // '', qr/^(?:In-Reply-To|References):/mi, substr $id, 0, 30;
	}
};

subtest 'what cannot leave waits, says why and tries later' => sub {
	my $cli = Loket::Cli->new;
	$cli->take(From => AN, Subject => 'Hoi');
	$cli->at('2026-11-23 10:01:05');
	$cli->run('outbox', '--send');
	my ($row) = $cli->outbox;
	is $row->{state}, 'waiting', 'waiting';
	is $row->{attempts}, 1, 'one attempt';
	like $row->{last_error}, qr/\S/, 'why';
	cmp_ok $row->{next_at}, 'gt', '2026-11-23T10:01:10+01:00', 'later';
	$cli->run('outbox', '--send');
	is(($cli->outbox)[0]{attempts}, 1, 'not before its time');

	my $sink = Loket::Sink->start;
	$cli->write('loket.conf', bytes_of($cli->dir . '/loket.conf') =~ s/127\.0\.0\.1:1\b/'127.0.0.1:' . $sink->port/er);
	$cli->at('2026-11-23 13:00:00')->run('outbox', '--send');
	is scalar $sink->mails, 1, 'when the relay is back it leaves';
	is(($cli->outbox)[0]{state}, 'sent', 'sent');
};

subtest 'a relay that refuses for good fails the row' => sub {
	my $sink = Loket::Sink->start(rcpt => '550 5.1.1 no such user');
	my $cli = Loket::Cli->new(site => 'relay = "smtp://127.0.0.1:' . $sink->port . '"');
	my $got = $cli->take(From => AN, Subject => 'Hoi');
	$cli->at('2026-11-23 10:01:05')->run('outbox', '--send');
	my ($row) = $cli->outbox;
	is $row->{state}, 'failed', 'failed';
	like $row->{last_error}, qr/550/, 'why';
	is $cli->ticket($got->{number})->{state}, 'open', 'the ticket stands';
};

subtest 'status and check speak of a site at rest' => sub {
	my $cli = Loket::Cli->new;
	$cli->take(From => AN, Subject => 'Hoi');
	is ref $cli->value('status', '--json'), 'HASH', 'status --json';
	is $cli->run('status')->{exit}, 0, 'status';
	is $cli->run('check')->{exit}, 0, 'check';
};

done_testing;
