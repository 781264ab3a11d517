#!/usr/bin/perl
#
# An agent's answer as the customer gets it and as his colleagues see it, and
# what becomes of a ticket when it comes back.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Loket::EachServer;
use Test::More;

use Loket::Compose qw(compose compose_bounce);
use Loket::Process qw(run);
use Loket::Sink;
use Loket::Site;
use Loket::Wait qw(wait_for);

use constant DESK => 'support@acme.example';
use constant OPEN => 'kwaliteit@acme.example';
use constant GATEWAY => '192.0.2.99';
use constant WAIT_S => 30;

# One desk stands before its agents, the other lets them be seen; mail to
# weg.example comes back.
my $nobody = Loket::Sink->start(rcpt => '550 5.1.1 nobody here');
my $site = Loket::Site->temporary(
	shows_all => 1,
	main => { transport_maps => "inline:{ { weg.example = smtp:[127.0.0.1]:${\$nobody->port} } }" },
	desk => <<~'END',
		mask-agents = true
		copy-answers = true
		withhold-auto-replies = true
		END
	config => <<~'END');
		agent-networks = { "192.0.2.99" }
		desk "kwaliteit" {
			addresses = { "kwaliteit@acme.example" }
			ack = "never"
			reply-to-desk = true
			bounce-address = true
		}
		END
$site->start;

sub taken($reply) {
	$reply->{code} == 250 or die "$reply->{code} $reply->{text}";
	return $reply;
}

# A customer's first mail to a desk; its ticket and Message-ID.
sub ask($from, $desk, $subject) {
	my $id = sprintf '<%d.%s>', int rand 1e9, $from;
	my $reply = taken($site->send($from, [$desk], compose("$subject?\n",
		From => $from, To => $desk, Subject => $subject, 'Message-ID' => $id)));
	my $ticket = wait_for(WAIT_S, sub { $site->ticket_of($reply) }) or die 'no ticket';
	return ($ticket, $id);
}

# A mail that answers another; the fields that are given take the place of
# others.
sub answer_to($id, $to, %fields) {
	return compose("Antwoord.\n", %{ { From => 'Jan <jan@acme.example>', To => $to, Subject => 'Re: iets',
		'In-Reply-To' => $id, %fields } });
}

sub answers($login, $id, $to, %fields) {
	return taken($site->submit($login, [$to], answer_to($id, $to, %fields)));
}

sub state_now($ticket) {
	my $now = $site->ticket($ticket->{number});
	my $response = $now->{targets}{'first-response'};
	return { state => $now->{state}, met => !!$response->{met_at}, undeliverable => !!$now->{undeliverable} };
}

# What an agent has been told of a ticket.
sub alerts($name, $ticket) {
	return map { $_->subject } grep { $_->get('Loket-Loop') && index($_->subject, $ticket->{tag}) >= 0 }
		$site->mailbox($name);
}

my %LOST = (state => 'open', met => !!0, undeliverable => !!1);

subtest 'the customer gets a masked answer from the desk' => sub {
	my $an = 'an@klant.example';
	my ($ticket, $id) = ask($an, DESK, 'Factuur');
	my $reply = answers('jan', $id, $an, Sender => 'jan@acme.example', 'Reply-To' => ['jan@acme.example', 'x@prive.example'],
		'Disposition-Notification-To' => 'jan@acme.example', 'X-Sender' => ['a', 'JAN@acme.example', 'b'],
		'Loket-Ticket' => ['1', '2', '3']);
	my $copy = $site->delivered_outside($an, $reply);
	is $copy->get('Return-Path'), '<support@acme.example>', 'Return-Path';
	is_deeply [$copy->all('From')], ['"Jan, Acme Klantenservice" <support@acme.example>'], 'From';
	is_deeply [map { $copy->all($_) } qw(Sender Reply-To X-Sender)], [], 'nothing else to answer to';
	is_deeply [$copy->all('Disposition-Notification-To')], ['<support@acme.example>'], 'receipts go to the desk';
	is_deeply [$copy->all('Subject')], ["$ticket->{tag} Re: iets"], 'Subject';
	like $copy->get('References'), qr/<$ticket->{number}\.[0-9a-z]{8}\.[0-9a-z]{16}\@acme\.example>$/, 'References';
	unlike $copy->{head}, qr/^Loket-/m, 'no header of ours';
	unlike $copy->{head} =~ s/^Received:.*\n//mgr, qr/jan\@/i, 'the agent\'s address is nowhere';

	my $desk = $site->delivered('support', $reply);
	is $desk->get($_), $copy->get($_), "the desk's copy has the same $_" for qw(From Subject Message-ID);
	$site->settle;
	is scalar(grep { $_->get('Message-ID') eq $copy->get('Message-ID') } $site->mailbox('support')), 1, 'which came once';
	is_deeply [grep { $_ ne 'loket' } map { $_->{role} } $site->ticket($ticket->{number})->{messages}->@*],
		[qw(customer agent)], 'no second event';
	is scalar $site->acks($an), 1, 'one acknowledgement';
	is_deeply state_now($ticket), { state => 'pending', met => !!1, undeliverable => !!0 }, 'it is an answer';

	taken($site->send($an, [DESK], compose("Dank!\n", From => $an, To => DESK, Subject => 'Re: iets',
		References => $copy->get('References'))));
	is state_now($ticket)->{state}, 'open', 'a reply to the desk joins';
};

subtest 'an agent in sight is answered at the desk' => sub {
	my $bo = 'bo@klant.example';
	my ($ticket, $id) = ask($bo, OPEN, 'Klacht');
	my $copy = $site->delivered_outside($bo, answers('jan', $id, $bo, 'Reply-To' => ['jan@acme.example', 'x@prive.example']));
	is $copy->get('From'), 'Jan <jan@acme.example>', 'From';
	is_deeply [$copy->all('Reply-To')], ['"kwaliteit" <kwaliteit@acme.example>'], 'Reply-To';
	like $copy->get('Return-Path'), qr/^<kwaliteit\+b-$ticket->{number}\.[0-9a-z.]{25}\@acme\.example>$/, 'bounces are keyed';
};

subtest 'a gateway and the shared mailbox answer for agents' => sub {
	my %from = ('an agent behind the gateway' => 'jan@acme.example', 'the shared mailbox' => DESK);
	for my $name (sort keys %from) {
		my $cy = 'cy@' . lc($name =~ s/ /-/gr) . '.example';
		my ($ticket, $id) = ask($cy, DESK, $name);
		my $reply = taken($site->send($from{$name}, [$cy], answer_to($id, $cy, From => $from{$name}), client => GATEWAY));
		is_deeply state_now($ticket), { state => 'pending', met => !!1, undeliverable => !!0 }, $name;
		like $site->delivered_outside($cy, $reply)->get('From'), qr/<support\@acme\.example>$|^support\@acme\.example$/,
			"$name: from the desk";
		($ticket, $id) = ask($cy, DESK, "$name, forged");
		taken($site->send($from{$name}, [$cy, DESK], answer_to($id, $cy, From => $from{$name})));
		ok !state_now($ticket)->{met}, "$name: not from elsewhere";
	}
};

subtest 'agents who answer the same hear of each other' => sub {
	my $dirk = 'dirk@klant.example';
	my ($ticket, $id) = ask($dirk, DESK, 'Twee');
	answers('jan', $id, $dirk);
	answers('els', $id, $dirk, From => 'Els <els@acme.example>');
	$site->settle;
	is_deeply [alerts($_, $ticket)], ["$ticket->{tag} Twee antwoorden kort na elkaar"], $_ for qw(jan els);
};

subtest 'an out-of-office is kept from the customer' => sub {
	my $eva = 'eva@klant.example';
	my ($ticket, $id) = ask($eva, DESK, 'Vakantie');
	my %away = ('Auto-Submitted' => 'auto-replied', Subject => 'Afwezig');
	answers('jan', $id, $eva, %away);
	my $both = taken($site->submit('jan', [$eva, 'els@acme.example'], answer_to($id, $eva, %away), from => ''));
	$site->delivered('els', $both);
	$site->settle;
	is scalar(grep { $_->subject =~ /Afwezig/ } $site->outside($eva)), 0, 'nothing has reached him';
	is scalar(grep { $_->{role} eq 'robot' } $site->ticket($ticket->{number})->{messages}->@*), 2, 'the ticket has it';
	ok !state_now($ticket)->{met}, 'it counts for nothing';
};

subtest 'a report to the desk undoes the answer that it returns' => sub {
	my $fia = 'fia@klant.example';
	my ($ticket, $id) = ask($fia, DESK, 'Adres');
	my $copy = $site->delivered_outside($fia, answers('jan', $id, $fia));
	my ($sender) = $copy->get('Return-Path') =~ /<(.+)>/;
	taken($site->send('', [$sender], compose_bounce($copy->get('Message-ID'), to => $sender, recipient => $fia)));
	is_deeply state_now($ticket), \%LOST, 'the customer waits again';
	$site->settle;
	is_deeply [alerts('jan', $ticket)], ["$ticket->{tag} Uw antwoord is niet aangekomen"], 'and the agent knows';
	is scalar $site->acks($fia), 1, 'nobody else is told';
};

# Sendmail shows its own bounces to no milter.
subtest 'a bounce of Postfix\'s own does so too' => sub {
	my %desk = ('a masked answer' => DESK, 'one in the agent\'s name' => OPEN);
	for my $name (sort keys %desk) {
		my $weg = lc($name =~ s/\W/-/gr) . '@weg.example';
		my ($ticket, $id) = ask($weg, $desk{$name}, $name);
		answers('jan', $id, $weg);
		ok wait_for(WAIT_S, sub { state_now($ticket)->{undeliverable} }), "$name: it comes back";
		is_deeply state_now($ticket), \%LOST, "$name: the customer waits again";
		$site->settle;
		is scalar alerts('jan', $ticket), 1, "$name: and the agent knows";
	}
} if $ENV{LOKET_SERVER} eq 'Postfix';

# Takes in a mail as a pipe of the mail server hands it over; the exit code.
sub ingest($file, @envelope) {
	my $out = $site->dir . '/ingest.out';
	return run($out, $out, '/bin/sh', '-c', 'mail=$1; shift; exec "$@" < "$mail"', 'sh', $file,
		Loket::Site::built('loket'), '-c', $site->conf_file, 'ingest', @envelope);
}

subtest 'a bounce that no milter sees comes by the keyed address' => sub {
	my $gijs = 'gijs@klant.example';
	my ($ticket, $id) = ask($gijs, OPEN, 'Sleutel');
	my $copy = $site->delivered_outside($gijs, answers('jan', $id, $gijs));
	my ($sender) = $copy->get('Return-Path') =~ /<(.+)>/;
	my $unseen = Loket::Smtp->new(port => $site->server->port('relay'));
	my $reply = taken($unseen->send('', [$sender], compose_bounce('<rewritten@gateway.example>', to => $sender, recipient => $gijs)));
	$unseen->quit;
	my $bounce = $site->delivered('kwaliteit', $reply);
	ok state_now($ticket)->{met}, 'not seen yet';
	is ingest($bounce->{file}, '--from', '', '--rcpt', $sender), 0, 'a pipe brings it';
	is_deeply state_now($ticket), \%LOST, 'the customer waits again';
	$site->settle;
	is scalar alerts('jan', $ticket), 1, 'and the agent knows';
};

done_testing;
