#!/usr/bin/perl
#
# What an agent orders, the customer is told: once, in his language, in his
# thread, and never a machine.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Loket::Cli qw(passed);
use Loket::Sink;

use constant { EX_USAGE => 64, EX_DATAERR => 65 };
use constant AN => 'an@klant.example';
use constant MONDAY => '2026-11-23 10:00:00';

my $TYPES = <<'END';
type "complaint" { subject = 'klacht' plan = "5 working days" }
type "repair" { subject = 'reparatie' resolution = "16 working hours" }
END

sub site(%given) {
	return Loket::Cli->new(desk => $TYPES . ($given{desk} // ''), site => $given{site} // '');
}

sub asked($cli, @fields) {
	return $cli->take(From => AN, Subject => 'Vraag', 'Message-ID' => '<first@klant.example>', @fields)->{number};
}

# The rows of a kind.
sub notes($cli, $kind) {
	return grep { $_->{kind} eq $kind } $cli->outbox;
}

sub orders($cli, @order) {
	my $run = $cli->run(@order);
	is $run->{exit}, 0, "@order[0, 1]" or diag $run->{err};
	return $run->{out};
}

sub details($cli, $number, $what) {
	return map { $_->{detail} } grep { $_->{what} eq $what } $cli->ticket($number)->{events}->@*;
}

subtest 'close with a note tells the customer and solves the ticket' => sub {
	my $cli = site();
	my $number = asked($cli, Subject => 'reparatie');
	is orders($cli, 'close', $number, "De kabel zat los; zie ook\nonze site."), "$number: closed\n", 'said plainly';
	my ($row, @more) = notes($cli, 'closing');
	is scalar @more, 0, 'one note';
	is $row->{to}, AN, 'to the customer';
	is $row->{ticket}, $number, 'of the ticket';
	like $row->{subject}, qr/^\[ACME #$number\] Uw melding is afgesloten$/, 'its subject';
	like $row->{text}, qr/^De kabel zat los; zie ook onze site\.$/m, 'the agent\'s words, in one paragraph';
	like $row->{text}, qr/maandag 7 december om 10\.00 uur/, 'until when an answer reopens it';
	is_deeply [details($cli, $number, 'closing queued')], [AN], 'an event';
	my $ticket = $cli->ticket($number);
	is $ticket->{state}, 'closed', 'closed';
	ok $ticket->{targets}{resolution}{met}, 'the resolution target is met by the note';
	ok !$ticket->{targets}{'first-response'}{met}, 'a note is no answer';
};

subtest 'a note without words, or too long, is refused' => sub {
	my $cli = site();
	my $number = asked($cli);
	for my $note ('', " \t\n", 'x' x 4001, "x\xff", "x\xf0") {
		my $run = $cli->run('close', $number, $note);
		is $run->{exit}, EX_DATAERR, 'refused';
		like $run->{err}, qr/the closing note is/, 'and why';
	}
	is $cli->ticket($number)->{state}, 'open', 'nothing is done';
};

subtest 'what is overtaken does not leave' => sub {
	my %overtakes = (
		'close' => sub ($cli, $number) { orders($cli, 'close', $number) },
		'answered' => sub ($cli, $number) { orders($cli, 'answered', $number) },
	);
	for my $name (sort keys %overtakes) {
		my $sink = Loket::Sink->start;
		my $cli = site(site => qq(relay = "smtp://127.0.0.1:${\$sink->port}"));
		my $number = asked($cli);
		$overtakes{$name}->($cli, $number);
		$cli->at('2026-11-23 10:05:00')->run('outbox', '--send');
		is scalar $sink->mails, 0, "$name: no acknowledgement any more";
		my ($row) = notes($cli, 'ack');
		like $row->{last_error}, qr/before$/, "$name: listed with its reason";
		is_deeply [notes($cli, 'alert')], [], "$name: which is no trouble to tell of";
	}
};

subtest 'an answer overtakes an acknowledgement that could not leave' => sub {
	my $answer = sub ($cli) {
		$cli->take(From => 'jan@acme.example', login => 'jan', To => AN, rcpt => [AN], Subject => 'Re: Vraag',
			'In-Reply-To' => '<first@klant.example>');
	};
	my $cli = site();
	asked($cli);
	$cli->at('2026-11-23 10:05:00')->run('outbox', '--send');
	is [notes($cli, 'ack')]->[0]{attempts}, 1, 'the relay is dead';
	$answer->($cli);
	is [notes($cli, 'ack')]->[0]{state}, 'failed', 'it is withdrawn';
	$cli = site();
	asked($cli);
	$answer->($cli);
	is [notes($cli, 'ack')]->[0]{state}, 'waiting', 'one that waits for ack-delay leaves all the same';
};

subtest 'a customer hears in order what happened' => sub {
	my $sink = Loket::Sink->start;
	my $cli = site(site => qq(relay = "smtp://127.0.0.1:${\$sink->port}"));
	my $number = asked($cli, Subject => 'Een klacht');
	orders($cli, 'assign', $number, 'jan');
	orders($cli, 'promise', $number, '3wd');
	$cli->at('2026-11-23 10:00:30')->run('outbox', '--send');
	is scalar $sink->mails, 0, 'nothing before the acknowledgement';
	$cli->at('2026-11-23 10:02:00')->run('outbox', '--send');
	my @subjects = map { $_->{data} =~ /^Subject: (.*?)\r\n(?! )/ms ? $1 =~ s/\r\n / /r : '' } $sink->mails;
	like "@subjects", qr/ontvangen.*klacht is in.*Wanneer u van ons hoort/, 'then all, one after another';
};

subtest 'a dry run changes nothing' => sub {
	my $cli = site();
	my $number = asked($cli);
	my $conf = Loket::Cli::bytes_of($cli->dir . '/loket.conf');
	$cli->write('loket.conf', "dry-run = true\n$conf");
	is orders($cli, 'close', $number, 'Klaar.'), "dry-run, nothing is changed: $number: closed\n", 'said';
	is $cli->ticket($number)->{state}, 'open', 'still open';
	is_deeply [notes($cli, 'closing')], [], 'no note';
};

subtest 'close without a note tells nobody' => sub {
	my $cli = site();
	my $number = asked($cli);
	orders($cli, 'close', $number);
	is_deeply [notes($cli, 'closing')], [], 'no note';
};

subtest 'a promise is told, with its date' => sub {
	my $cli = site();
	my $number = asked($cli);
	like orders($cli, 'promise', $number, '2026-12-01'), qr/^$number: promised to the customer for 2026-12-01T17:30/, 'said';
	my ($row) = notes($cli, 'promise');
	like $row->{text}, qr/dinsdag 1 december om 17\.30 uur/, 'the date in his language';
	like $cli->run('show', $number)->{out}, qr/^  promised +2026-12-01 17:30$/m, 'and shown to agents';
	orders($cli, 'promise', $number, '2026-12-01');
	is scalar notes($cli, 'promise'), 1, 'the same promise is told once';
	orders($cli->at('2026-11-23 10:05:00'), 'promise', $number, '2026-12-02');
	is scalar notes($cli, 'promise'), 2, 'another one again';
	orders($cli->at('2026-11-23 10:10:00'), 'promise', $number, '2026-12-01');
	my @rows = notes($cli, 'promise');
	is_deeply [map { $_->{state} } @rows], [qw(failed failed waiting)], 'the last word alone is to leave';
	like $rows[2]{text}, qr/dinsdag 1 december/, 'though it is the date of before';
	is scalar details($cli, $number, 'promise queued'), 3, 'an event for each';
};

subtest 'a desk may keep its promises to itself' => sub {
	my $cli = site(desk => 'promise-note = false');
	my $number = asked($cli);
	like orders($cli, 'promise', $number, '3wd'), qr/^$number: promised for /, 'said';
	is_deeply [notes($cli, 'promise')], [], 'no note';
};

subtest 'a complaint that somebody takes on is told of, once' => sub {
	my $cli = site();
	my $number = asked($cli, Subject => 'Een klacht');
	is orders($cli, 'assign', $number, 'jan'), "$number: assigned to jan\@acme.example\n", 'by login';
	is $cli->ticket($number)->{agent}, 'jan@acme.example', 'the agent';
	my ($row) = notes($cli, 'taken-up');
	like $row->{text}, qr/maandag 30 november om 17\.30 uur.*plan\s+van\s+aanpak/s, 'until when there is a plan';
	orders($cli, 'assign', $number, 'Els@Acme.example');
	is $cli->ticket($number)->{agent}, 'els@acme.example', 'by address';
	is scalar notes($cli, 'taken-up'), 1, 'told once';
	is scalar details($cli, $number, 'taken-up queued'), 1, 'and one event says so';
	my $question = asked($cli, Subject => 'Vraag', 'Message-ID' => '<2@klant.example>');
	orders($cli, 'assign', $question, 'jan');
	is scalar notes($cli, 'taken-up'), 1, 'of a question nothing is told';
	for my $nobody ('piet', 'an@klant.example', '', "jan\@acme.example\n") {
		my $run = $cli->run('assign', $number, $nobody);
		is $run->{exit}, EX_DATAERR, "no agent: $nobody";
		like $run->{err}, qr/is no agent of the desk/, 'and why';
	}
	is $cli->ticket($number)->{agent}, 'els@acme.example', 'nothing has changed';
};

subtest 'it leaves as a notification does, in the customer\'s thread' => sub {
	my $sink = Loket::Sink->start;
	my $cli = site(site => qq(relay = "smtp://127.0.0.1:${\$sink->port}"), desk => 'ack = "never"');
	my $number = asked($cli);
	orders($cli, 'close', $number, "één\r\n.\r\nBcc: weg\@ander.example\r\n\r\n<b>twee</b> \xe2\x80\xaedrie");
	is $cli->run('outbox', '--send')->{exit}, 0, 'sent';
	my ($mail, @more) = $sink->mails;
	is scalar @more, 0, 'one';
	is $mail->{from}, '', 'from the null sender';
	is_deeply $mail->{to}, [AN], 'to him alone';
	my ($head, $body) = split /\r\n\r\n/, $mail->{data}, 2;
	like $head, qr/^Auto-Submitted: auto-generated\r$/m, 'a person caused it, not his mail';
	like $head, qr/^In-Reply-To: <first\@klant\.example>\r$/m, 'it answers his mail';
	like $head, qr/^From: .*<support\@acme\.example>\r$/m, 'from the desk';
	unlike $head, qr/^Bcc/m, 'no field of the note\'s';
	unlike $mail->{data}, qr/[^\r]\n|\r[^\n]/, 'CRLF only';
	like $body, qr/=C3=A9=C3=A9n  \.  Bcc: weg\@ander\.example    <b>twee<\/b> drie/, 'plain words in a line';
	my ($sent) = grep { $_->{role} eq 'loket' } $cli->ticket($number)->{messages}->@*;
	like $sent->{subject}, qr/afgesloten/, 'it is in the thread';
};

subtest 'a machine, our own people and nobody are not told' => sub {
	my %customer = (
		'noreply' => [From => 'noreply@klant.example'],
		'a robot' => [From => AN, 'Auto-Submitted' => 'auto-generated'],
		'an agent' => [From => 'jan@acme.example', login => 'jan', rcpt => ['support@acme.example'], To => 'support@acme.example'],
	);
	for my $name (sort keys %customer) {
		my $cli = site();
		my $number = asked($cli, Subject => 'reparatie', $customer{$name}->@*);
		my $said = orders($cli, 'close', $number, 'Klaar.');
		like $said, qr/^$number: closed, the customer is not told: \S.*does not count as solved$/, "$name: said so";
		my $resolution = $cli->ticket($number)->{targets}{resolution};
		ok !$resolution || !$resolution->{met}, "$name: and does not count";
		is_deeply [notes($cli, 'closing')], [], "$name: no note";
		is scalar(details($cli, $number, 'closing suppressed')), 1, "$name: an event says why";
		is $cli->ticket($number)->{state}, 'closed', "$name: closed all the same";
	}
};

subtest 'one address is told 10 times in 3 hours' => sub {
	my $cli = site();
	my @numbers = map { asked($cli, Subject => 'reparatie', 'Message-ID' => "<$_\@klant.example>") } 1 .. 12;
	orders($cli, 'close', $_, 'Klaar.') for @numbers;
	is scalar notes($cli, 'closing'), 10, 'ten';
	my @tickets = $cli->tickets('--state', 'all');
	is scalar(grep { $_->{state} eq 'closed' } @tickets), 12, 'all are closed';
	is scalar(grep { $_->{targets}{resolution}{met} } @tickets), 10, 'but solved for those who were told';
};

subtest 'one that promises what has passed is not sent' => sub {
	my $sink = Loket::Sink->start;
	my $cli = site(site => qq(relay = "smtp://127.0.0.1:${\$sink->port}"), desk => 'ack = "never"');
	orders($cli, 'promise', asked($cli), '2026-11-24');
	$cli->at('2026-11-24 17:31:00')->run('outbox', '--send');
	is scalar $sink->mails, 0, 'not sent';
	my ($row) = notes($cli, 'promise');
	is $row->{state}, 'failed', 'listed';
};

subtest 'where an acknowledgement was suppressed, the first answer has the number' => sub {
	my $cli = site(desk => 'ack = "never"');
	my $number = asked($cli);
	my $got = $cli->take(From => 'jan@acme.example', login => 'jan', To => AN, rcpt => [AN], Subject => 'Re: Vraag',
		'In-Reply-To' => '<first@klant.example>');
	is_deeply [grep { /^change Subject/ } $got->{edits}->@*], ["change Subject 1: [ACME #$number] Re: Vraag"], 'in its subject';
};

done_testing;
