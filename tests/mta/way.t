#!/usr/bin/perl
#
# A mail that comes through the mail server is numbered before it is delivered,
# joins the ticket it belongs to, is acknowledged once at most, and is otherwise
# left alone: read from Maildirs, store and outgoing mail.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Loket::EachServer;
use Test::More;

use Loket::Compose qw(compose compose_bounce);
use Loket::Site;
use Loket::Wait qw(wait_for);

use constant DESK => 'support@acme.example';
use constant ACK_S => 20;

my $site = Loket::Site->temporary;
$site->start;

# Sends a mail from outside that has to be taken; the reply.
sub take($from, $to, $mail, %options) {
	my $reply = $site->send($from, ref $to ? $to : [$to], $mail, %options);
	$reply->{code} == 250 or die "$reply->{code} $reply->{text}";
	return $reply;
}

sub answer($login, $to, $mail) {
	my $reply = $site->submit($login, ref $to ? $to : [$to], $mail);
	$reply->{code} == 250 or die "$reply->{code} $reply->{text}";
	return $reply;
}

# A customer's first mail: its ticket, the delivered copy and its Message-ID.
sub open_ticket($from, $subject, @fields) {
	my $id = sprintf '<%d.%s>', int rand 1e9, $from;
	my $reply = take($from, DESK, compose("Hallo,\n\n$subject?\n",
		From => $from, To => DESK, Subject => $subject,
		'Message-ID' => $id, @fields));
	my $ticket = $site->ticket_of($reply) or die 'no ticket';
	return ($ticket, $site->delivered('support', $reply), $id);
}

sub messages($number, $role) {
	return grep { $_->{role} eq $role }
		$site->ticket($number)->{messages}->@*;
}

sub is_met($ticket, $target) {
	return !!$site->ticket($ticket->{number})->{targets}{$target}{met};
}

# The Damm check digit over all ten digits leaves nothing.
sub has_right_check_digit($number) {
	my @table = map { [split //] } qw(0317598642 7092154863 4206871359
		1750983426 6123045978 3674209581 5869720134 8945362017
		9438617205 2581436790);
	my $interim = 0;
	$interim = $table[$interim][$_] for split //, $number;
	return $interim == 0;
}

subtest 'a new mail gets number, headers and one acknowledgement' => sub {
	my ($ticket, $copy, $id) = open_ticket('an@klant.example',
		'Vraag over mijn factuur');
	my $number = $ticket->{number};
	like $number, qr/^\d{10}$/, 'ten digits';
	ok has_right_check_digit($number), 'the check digit is right';
	is $ticket->{tag}, "[ACME #$number]", 'the whole tag';
	is_deeply [$copy->all('Subject')],
		["[ACME #$number] Vraag over mijn factuur"], 'one subject';
	is_deeply [$copy->all('Loket-Ticket')], [$number], 'Loket-Ticket';
	is_deeply [$copy->all('Loket-Desk')], ['support'], 'Loket-Desk';
	like $copy->get('Loket-Due'),
		qr/^\w{3}, \d{1,2} \w{3} \d{4} 17:30:00 \+0[12]00$/,
		'due at closing time, as RFC 5322 writes it';
	like $ticket->{targets}{'first-response'}{due},
		qr/T17:30:00\+0[12]:00$/, 'and so in the store';
	is $ticket->{state}, 'open', 'it is our turn';

	my $ack = wait_for(ACK_S, sub { ($site->acks('an@klant.example'))[0] })
		or return fail 'an acknowledgement arrives';
	is $ack->get('Return-Path'), '<>', 'its envelope sender is null';
	is $ack->get('Auto-Submitted'), 'auto-replied', 'it says it is one';
	like $ack->subject, qr/\Q$ticket->{tag}\E/, 'the tag in its subject';
	is $ack->get('In-Reply-To'), $id, 'it replies to the mail';
	like $ack->get('To'), qr/an\@klant\.example/, 'it is to the customer';
	like $ack->text, qr/$number/, 'the number in its text';
	$site->settle;
	is scalar $site->acks('an@klant.example'), 1, 'there is only one';
};

subtest 'a customer\'s further mails join, however they name it' => sub {
	my $from = 'bart@klant.example';
	my ($ticket, undef, $id) = open_ticket($from, 'Offerte');
	$site->settle;
	my ($ack) = $site->acks($from);
	my %way = (
		'by the tag' => [Subject => "Re: $ticket->{tag} Offerte"],
		'by the first mail' => [Subject => 'Re: Offerte',
			'In-Reply-To' => $id],
		'by the acknowledgement' => [Subject => 'Re: iets anders',
			References => $ack->get('Message-ID')],
	);
	my $joined = 1;
	for my $way (sort keys %way) {
		my $reply = take($from, DESK, compose("Nog iets, $way.\n",
			From => $from, To => DESK, $way{$way}->@*));
		my $copy = $site->delivered('support', $reply);
		is $copy->get('Loket-Ticket'), $ticket->{number}, $way;
		my @tags = $copy->get('Subject') =~ /\[ACME #\d+\]/g;
		is_deeply \@tags, [$ticket->{tag}], "$way: one tag";
		is scalar messages($ticket->{number}, 'customer'), ++$joined,
			"$way: one message more";
	}
	$site->settle;
	is scalar $site->acks($from), 1, 'no further acknowledgement';
};

subtest 'a tag from a stranger opens nothing' => sub {
	my ($ticket) = open_ticket('carla@klant.example', 'Contract');
	my ($new, $copy) = open_ticket('mallory@elders.example',
		"Re: $ticket->{tag} Contract");
	isnt $new->{number}, $ticket->{number}, 'a ticket of its own';
	ok $copy->get('Loket-Doubt'), 'the agent is told why';
	unlike $copy->get('Subject'), qr/$ticket->{number}/,
		'the tag is gone from the copy';
	is scalar messages($ticket->{number}, 'customer'), 1,
		'the named ticket is as it was';
};

subtest 'an agent\'s answer meets the target and carries the tag' => sub {
	my $from = 'dirk@klant.example';
	my ($ticket, undef, $id) = open_ticket($from, 'Levertijd');
	ok !is_met($ticket, 'first-response'), 'not met before';
	my $reply = answer('jan', $from, compose("Morgen.\n",
		From => 'Jan <jan@acme.example>', To => $from,
		Subject => "Re: $ticket->{tag} Levertijd",
		'Loket-Ticket' => '1', 'Loket-Due' => 'never'));
	ok is_met($ticket, 'first-response'), 'met after';
	is $site->ticket($ticket->{number})->{state}, 'pending',
		'it is the customer\'s turn';
	is scalar messages($ticket->{number}, 'agent'), 1, 'it is stored';
	my $copy = $site->delivered_outside($from, $reply);
	my @tags = $copy->get('Subject') =~ /\[ACME #\d+\]/g;
	is_deeply \@tags, [$ticket->{tag}], 'one tag in the subject';
	unlike $copy->{head}, qr/^Loket-/m, 'no header of ours goes out';

	take($from, DESK, compose("Dank!\n", From => $from, To => DESK,
		Subject => 'Re: Levertijd', 'In-Reply-To' =>
		$copy->get('Message-ID')));
	is $site->ticket($ticket->{number})->{state}, 'open',
		'a reply to the answer makes it our turn';
};

subtest 'an answer without the tag in its subject is given it' => sub {
	my $from = 'eva@klant.example';
	my ($ticket, undef, $id) = open_ticket($from, 'Retour');
	my $reply = answer('els', $from, compose("Akkoord.\n",
		From => 'Els <els@acme.example>', To => $from,
		Subject => 'Re: Retour', 'In-Reply-To' => $id));
	ok is_met($ticket, 'first-response'), 'it is an answer';
	like $site->delivered_outside($from, $reply)->get('Subject'),
		qr/^\Q$ticket->{tag}\E Re: Retour$/, 'tag and subject';
};

subtest 'an agent is a login, not a From line' => sub {
	my $from = 'frank@klant.example';
	my ($ticket) = open_ticket($from, 'Garantie');
	take('jan@acme.example', [DESK, $from], compose("Nee.\n",
		From => 'Jan <jan@acme.example>', To => $from, Cc => DESK,
		Subject => "Re: $ticket->{tag} Garantie"));
	ok !is_met($ticket, 'first-response'), 'a forged answer counts not';
	is scalar messages($ticket->{number}, 'agent'), 0, 'nor does it join';
};

subtest 'an agent\'s private mail passes and is not stored' => sub {
	my @before = $site->tickets;
	my $mail = compose("Tot zaterdag!\n", From => 'jan@acme.example',
		To => 'oma@familie.example', Subject => 'Verjaardag');
	my $reply = answer('jan', 'oma@familie.example', $mail);
	my $copy = $site->delivered_outside('oma@familie.example', $reply);
	like $copy->{raw}, qr/\n\Q$mail\E\z/, 'delivered as it was';
	is scalar $site->tickets, @before, 'no ticket';
};

subtest 'an out-of-office reply is kept and changes nothing' => sub {
	my $from = 'gijs@klant.example';
	my ($ticket, undef, $id) = open_ticket($from, 'Storing');
	answer('jan', $from, compose("Opgelost?\n", From => 'jan@acme.example',
		To => $from, Subject => "Re: $ticket->{tag} Storing"));
	my $before = $site->ticket($ticket->{number});
	take('', DESK, compose("Ik ben er niet.\n", From => $from,
		To => DESK, 'Auto-Submitted' => 'auto-replied',
		Subject => "Automatisch antwoord: $ticket->{tag} Storing",
		'In-Reply-To' => $id));
	my $after = $site->ticket($ticket->{number});
	is scalar messages($ticket->{number}, 'robot'), 1, 'it joined';
	is $after->{state}, 'pending', 'the state is as it was';
	is_deeply $after->{targets}, $before->{targets}, 'and the clocks';
	$site->settle;
	is scalar $site->acks($from), 1, 'only the first mail was acknowledged';
};

subtest 'a bounce of an answer joins, and the answer meets nothing' => sub {
	my $from = 'hans@klant.example';
	my ($ticket) = open_ticket($from, 'Adres');
	my $reply = answer('jan', $from, compose("Genoteerd.\n",
		From => 'jan@acme.example', To => $from,
		Subject => "Re: $ticket->{tag} Adres"));
	my $copy = $site->delivered_outside($from, $reply);
	my ($sender) = $copy->get('Return-Path') =~ /<(.+)>/;
	ok is_met($ticket, 'first-response'), 'met at first';
	take('', $sender, compose_bounce($copy->get('Message-ID'), to => $sender, recipient => $from));
	is scalar messages($ticket->{number}, 'bounce'), 1, 'it joined';
	ok !is_met($ticket, 'first-response'), 'not met after all';
};

subtest 'a bounce of nothing we know makes no ticket' => sub {
	my @before = $site->tickets;
	my $reply = take('', DESK,
		compose_bounce('<unknown@elders.example>', to => DESK, recipient => 'x@klant.example'));
	$site->delivered('support', $reply);
	is scalar $site->tickets, @before, 'no ticket';
};

subtest 'robots get a ticket and no acknowledgement' => sub {
	my %mark = (
		'Auto-Submitted' => ['Auto-Submitted' => 'auto-generated'],
		'Precedence' => ['Precedence' => 'bulk'],
		'List-Id' => ['List-Id' => '<news.list.example>'],
		'a suppressing header' => ['X-Auto-Response-Suppress' => 'All'],
	);
	my %sender = map { $_ => "robot-" . lc(s/\W/-/gr) . '@machine.example' }
		keys %mark;
	$sender{'a no-reply address'} = 'no-reply@machine.example';
	for my $name (sort keys %sender) {
		my ($ticket) = open_ticket($sender{$name}, "Melding: $name",
			$mark{$name} ? $mark{$name}->@* : ());
		my @rows = grep { ($_->{ticket} // '') eq $ticket->{number} }
			$site->loket_json('outbox')->@*;
		is_deeply \@rows, [], "$name: nothing is to leave";
	}
	$site->settle;
	is scalar $site->outside($sender{$_}), 0, "$_: nothing arrived"
		for sort keys %sender;
};

subtest 'the null sender gets no acknowledgement' => sub {
	my $reply = take('', DESK, compose("Hallo.\n",
		From => 'ine@klant.example', To => DESK, Subject => 'Hallo'));
	$site->delivered('support', $reply);
	$site->settle;
	is scalar $site->acks('ine@klant.example'), 0, 'not even to From';
};

subtest 'forged Loket headers are taken away, all of them' => sub {
	my ($ticket, $copy) = open_ticket('jos@klant.example', 'Vals',
		'Loket-Ticket' => ['1', '2', '3'],
		'Loket-Flag' => 'overdue', 'LOKET-DESK' => ['a', 'b', 'c'],
		'Loket-Anything' => 'x');
	is_deeply [$copy->all('Loket-Ticket')], [$ticket->{number}],
		'one Loket-Ticket, ours';
	is_deeply [$copy->all('Loket-Desk')], ['support'], 'one Loket-Desk';
	is_deeply [$copy->all('Loket-Flag')], [], 'no flag';
	is_deeply [$copy->all('Loket-Anything')], [], 'nor any other';
};

# Servers differ in which of these they deliver to it.
subtest 'what is delivered to the desk is the desk\'s' => sub {
	my @spellings = ('"support"@acme.example', 'support@acme.example.',
		'support', 'support%acme.example', '(x)support@acme.example',
		'support @acme.example', '"sup\port"@acme.example');
	my %reply = map { $_ => $site->send('xan@klant.example', [$_],
		compose("Hallo.\n", From => 'xan@klant.example',
			Subject => "An $_", 'Loket-Ticket' => '2600000017')) }
		@spellings;
	$site->settle;
	my %copy = map { $_->get('Subject') =~ s/.*An //r => $_ }
		grep { $_->get('Subject') =~ /An / } $site->mailbox('support');
	cmp_ok scalar keys %copy, '>=', 6, 'so are most of them';
	for my $to (sort keys %copy) {
		my $ticket = $site->ticket_of($reply{$to});
		is $copy{$to}->get('Loket-Ticket'),
			$ticket ? $ticket->{number} : 'one', $to;
	}
};

subtest 'several subjects become one' => sub {
	my ($ticket, $copy) = open_ticket('kim@klant.example', 'Een',
		Subject => ['Twee', 'Drie']);
	is_deeply [$copy->all('Subject')], ["$ticket->{tag} Een"],
		'the first, with the tag';
};

subtest 'a mail without a subject gets the tag for one' => sub {
	my $reply = take('leo@klant.example', DESK, compose("Hallo\n",
		From => 'leo@klant.example', To => DESK));
	my $ticket = $site->ticket_of($reply);
	like $site->delivered('support', $reply)->get('Subject'),
		qr/^\Q$ticket->{tag}\E/, 'there it is';
};

subtest 'a raw 8-bit subject keeps its bytes' => sub {
	my ($ticket, $copy) = open_ticket('mia@klant.example',
		"Caf\xe9 zonder codering");
	is $copy->get('Subject'), "$ticket->{tag} Caf\xe9 zonder codering",
		'behind the tag';
};

subtest 'mail that is not for a desk passes untouched' => sub {
	my @before = $site->tickets;
	my $mail = compose("Lunch?\n", From => 'sanne@vriendin.example',
		To => 'kees@acme.example', Subject => 'Lunch', 'X-Y' => '1');
	my $reply = take('sanne@vriendin.example', 'kees@acme.example', $mail);
	my $copy = $site->delivered('kees', $reply);
	like $copy->{raw}, qr/\n\Q$mail\E\z/, 'delivered as it was';
	unlike $copy->{head}, qr/^Loket-/m, 'nothing stands before it';
	is scalar $site->tickets, @before, 'no ticket';
};

subtest 'colleagues in the same transaction see the headers' => sub {
	my $reply = take('nel@klant.example', [DESK, 'kees@acme.example'],
		compose("Samen.\n", From => 'nel@klant.example', To => DESK,
			Cc => 'kees@acme.example', Subject => 'Samen'));
	my $number = $site->ticket_of($reply)->{number};
	is $site->delivered($_, $reply)->get('Loket-Ticket'), $number, $_
		for qw(support kees);
};

subtest 'outsiders in the same transaction do not' => sub {
	my $reply = take('otto@klant.example', [DESK, 'bank@elders.example'],
		compose("Samen.\n", From => 'otto@klant.example', To => DESK,
			Cc => 'bank@elders.example', Subject => 'Samen'));
	ok $site->ticket_of($reply), 'there is a ticket';
	my $copy = $site->delivered_outside('bank@elders.example', $reply);
	unlike $copy->{head}, qr/^Loket-/m, 'no header of ours';
};

subtest 'the same mail twice is one ticket with one acknowledgement' => sub {
	my $from = 'piet@klant.example';
	my $mail = compose("Twee keer.\n", From => $from, To => DESK,
		Subject => 'Dubbel');
	my @replies = map { take($from, DESK, $mail) } 1 .. 2;
	my @numbers = map { $site->delivered('support', $_)
		->get('Loket-Ticket') } @replies;
	is $numbers[1], $numbers[0], 'one number';
	is scalar messages($numbers[0], 'customer'), 1, 'stored once';
	$site->settle;
	is scalar $site->acks($from), 1, 'acknowledged once';
};

subtest 'our own notification coming back is passed, mark and all' => sub {
	my $from = 'pia@klant.example';
	my $reply = take($from, DESK, compose("Hallo.\n", From => $from,
		To => DESK, Subject => 'Kom je terug'));
	my $number = $site->delivered('support', $reply)->get('Loket-Ticket');
	$site->settle;
	my ($ack) = $site->acks($from);
	my @before = $site->tickets;
	# a forwarder sends it on in its own name, under another Message-ID
	my $raw = $ack->{raw} =~ s/\A.*?(?=^From: )//msr
		=~ s/^Message-ID: .*\n/Message-ID: <new\@forwarder.example>\n/mr;
	my $again = take('list@forwarder.example', DESK, $raw);
	my $copy = $site->delivered('support', $again);
	ok $copy->get('Loket-Loop'), 'it keeps its mark';
	ok !$copy->get('Loket-Ticket'), 'it has no number of its own';
	is scalar $site->tickets, @before, 'and makes no ticket';
};

subtest 'two mails in one session are two tickets' => sub {
	my $smtp = $site->session;
	my @replies = map {
		my $mail = compose("Mail $_.\n", From => "$_\@klant.example",
			To => DESK, Subject => "Mail van $_");
		$smtp->send("$_\@klant.example", [DESK], $mail);
	} qw(rik ria);
	$smtp->quit;
	my @tickets = map { $site->ticket_of($_) } @replies;
	is_deeply [map { $_->{customer} } @tickets],
		['rik@klant.example', 'ria@klant.example'], 'one for each';
};

subtest 'nothing of a transaction that was reset remains' => sub {
	my $smtp = $site->session;
	$smtp->command('MAIL FROM:<weg@klant.example>');
	$smtp->command('RCPT TO:<' . DESK . '>');
	is $smtp->command('RSET')->{code}, 250, 'reset';
	my $private = compose("Hoi.\n", From => 'sil@klant.example',
		To => 'kees@acme.example', Subject => 'Hoi');
	my $reply = $smtp->send('sil@klant.example', ['kees@acme.example'],
		$private);
	like $site->delivered('kees', $reply)->{raw}, qr/\n\Q$private\E\z/,
		'its desk does not stick to the next mail';
	$reply = $smtp->send('sil@klant.example', [DESK], compose("Hoi.\n",
		From => 'sil@klant.example', To => DESK, Subject => 'Desk'));
	is $site->ticket_of($reply)->{customer}, 'sil@klant.example',
		'nor does its sender';
	$smtp->quit;
};

subtest 'a client that leaves in the middle of a mail leaves nothing' => sub {
	my @before = $site->tickets;
	my $smtp = $site->session;
	$smtp->command($_) for 'MAIL FROM:<tom@klant.example>',
		'RCPT TO:<' . DESK . '>', 'DATA';
	$smtp->drop("Subject: Half\r\n\r\nEen halve ");
	my ($next) = open_ticket('uma@klant.example', 'Heel');
	is scalar $site->tickets, @before + 1, 'only the next mail is there';
};

done_testing;
