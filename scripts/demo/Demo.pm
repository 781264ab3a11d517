package Demo;

# The sample mails: sent through SMTP as their senders would, each followed to
# where it should have gone. A step that comes out wrong dies and says how.

use v5.36;
use Encode qw(decode);
use FindBin;
use List::Util qw(any);

use Loket::Compose qw(fill_in);
use Loket::Maildir;
use Loket::Wait qw(wait_for);

use constant SAMPLES => "$FindBin::Bin/demo";
use constant ARRIVAL_S => 20;

# Who writes, from which address, to which of ours, and what it is about.
my %customer = (
	an => ['An de Vries', 'an.devries@klant.example', 'support',
		'question.eml', 'asks a question in Dutch'],
	tom => ['Tom Baker', 'tom@baker.example', 'help',
		'order.eml', 'asks for his order in English'],
	fatima => ['Fatima El Amrani', 'fatima@cafezon.example', 'support',
		'complaint.eml', 'complains about a delivery'],
	town => ['A town hall', 'beheer@waterland.example', 'support',
		'incident.eml', 'reports that nobody can log in'],
	petra => ['Petra Schulz', 'petra@schulz.example', 'support',
		'contract.eml', 'asks about her contract in German'],
);

sub new($class, $site) {
	return bless { site => $site, number => {} }, $class;
}

sub play($self) {
	$self->_ask($_) for qw(an tom fatima town petra);
	$self->_acknowledged;
	$self->_follow_up;
	$self->_answer;
	$self->_out_of_office;
	$self->_bounce;
	$self->_twice;
	$self->_private;
	$self->_account;
}

# What a person would look at first: the list, and one mail in all its forms.
sub show($self) {
	$self->_show_command('The tickets, most urgent first', 'tickets');
	$self->_show_command('One ticket with its thread',
		'show', $self->{number}{an});
	my ($copy) = grep { $_->get('From') =~ /<$customer{an}[1]>/ }
		$self->{site}->mailbox('support');
	say "\nHer mail as the desk's own mailbox has it:\n";
	say "    $_" for grep { /^(From|Subject|Loket-[\w-]+|Reply-By): / }
		split /\n/, $copy->{head};
	my ($ack) = $self->_acks('an');
	say "\nThe acknowledgement that she got:\n";
	say '    ', "$_->[0]: $_->[1]" for ['From', $ack->get('From')],
		['To', $ack->get('To')], ['Subject', $ack->subject];
	say '';
	say "    $_" for split /\n/, $ack->text;
}

sub _show_command($self, $title, @command) {
	my $result = $self->{site}->loket(@command);
	$result->{exit} == 0 or die "loket @command: $result->{err}\n";
	say "\n$title (loket @command):\n";
	say "    $_" for split /\n/, decode('UTF-8', $result->{out});
}

sub _ask($self, $who) {
	my ($name, $address, $desk, $file, $what) = $customer{$who}->@*;
	my $reply = $self->_send($address, $desk, fill_in(SAMPLES . "/$file"));
	my $ticket = $self->{site}->ticket_of($reply)
		or die "$name: no ticket was made\n";
	my ($number, $tag) = $ticket->@{qw(number tag)};
	$self->{number}{$who} = $number;
	$self->{tag}{$who} = $tag;
	my $copy = $self->{site}->delivered($desk, $reply);
	($copy->get('Loket-Ticket') // '') eq $number
		&& $copy->subject =~ /^\Q$tag\E /
		or die "$name: the delivered copy has no number\n";
	my $due = $ticket->{targets}{'first-response'}{due};
	_say("$name $what: ticket $number, answer due ", _short($due));
}

sub _acknowledged($self) {
	for my $who (sort keys %customer) {
		my $name = $customer{$who}[0];
		my $ack = wait_for(ARRIVAL_S, sub { ($self->_acks($who))[0] })
			or die "$name: no acknowledgement came\n";
		$ack->get('Return-Path') eq '<>'
			or die "$name: the acknowledgement can be answered\n";
		$ack->subject =~ /$self->{number}{$who}/
			or die "$name: no number in the acknowledgement\n";
	}
	_say('All five have an acknowledgement with their number and a date');
}

sub _follow_up($self) {
	my ($ticket) = $self->_joins('tom', 'customer', sub {
		$self->_send($customer{tom}[1], 'support',
			$self->_fill('tom', 'follow-up.eml'));
	});
	_say("Tom Baker writes once more: joins ticket $ticket->{number}");
}

sub _answer($self) {
	my ($ticket, $copy) = $self->_answers('an', 'jan', 'answer.eml');
	$ticket->{state} eq 'pending'
		&& $ticket->{targets}{'first-response'}{met}
		or die "Jan's answer did not meet the target\n";
	$copy->subject =~ /\Q$ticket->{tag}\E/ && !$copy->all('Loket-Ticket')
		or die "Jan's answer went out with the wrong header\n";
	$self->{answer} = $copy->get('Message-ID');
	_say("Jan answers from his own mail client: ticket $ticket->{number}",
		' answered in time, now pending');
}

sub _out_of_office($self) {
	my ($ticket) = $self->_joins('an', 'robot', sub {
		$self->_send('', 'support', $self->_fill('an',
			'out-of-office.eml', ANSWER => $self->{answer}));
	});
	$ticket->{state} eq 'pending'
		or die "the out-of-office reply changed the ticket\n";
	_say("An's out-of-office reply: kept with ticket $ticket->{number},",
		' which stays pending');
}

# The returned mail goes where the answer said it came from.
sub _bounce($self) {
	my (undef, $copy) = $self->_answers('petra', 'els', 'lost-answer.eml');
	my ($sender) = $copy->get('Return-Path') =~ /<(.+)@/
		or die "Els' answer has no sender\n";
	my ($ticket) = $self->_joins('petra', 'bounce', sub {
		$self->_send('', $sender, $self->_fill('petra', 'bounce.eml',
			SENDER => "$sender\@acme.example",
			HEADERS => $copy->{head}));
	});
	!$ticket->{targets}{'first-response'}{met}
		or die "an answer that bounced still meets the target\n";
	_say("Els' answer to Petra Schulz bounces: ticket $ticket->{number}",
		' still waits for an answer');
}

sub _twice($self) {
	my @before = $self->{site}->tickets;
	my $reply = $self->_send($customer{tom}[1], 'help',
		fill_in(SAMPLES . '/order.eml'));
	my $copy = $self->{site}->delivered('help', $reply);
	($copy->get('Loket-Ticket') // '') eq $self->{number}{tom}
		&& $self->{site}->tickets == @before
		or die "the same mail twice did not stay one ticket\n";
	_say('The same mail a second time: keeps its number ',
		$self->{number}{tom});
}

sub _private($self) {
	my @before = $self->{site}->tickets;
	my $mail = fill_in(SAMPLES . '/private.eml');
	my $reply = $self->_send('sanne@vriendin.example', 'kees', $mail);
	my $copy = $self->{site}->delivered('kees', $reply);
	$copy->{raw} =~ /\n\Q$mail\E\z/ && $self->{site}->tickets == @before
		or die "mail to kees\@ was touched\n";
	_say('A private mail to kees@: delivered as it was, no ticket');
}

# Each number is backed by the log of the mail server and a delivered mail.
sub _account($self) {
	my @tickets = $self->{site}->tickets;
	@tickets >= 5 or die "fewer than five tickets\n";
	my @mails = map { $self->{site}->mailbox($_) } qw(support help);
	for my $ticket (@tickets) {
		my $number = $ticket->{number};
		$self->{site}->server->log_lines($ticket->{queue_id})
			or die "$number: queue id is not in Postfix's log\n";
		any { $_->get('Loket-Ticket') eq $number } @mails
			or die "$number: stands in no delivered mail\n";
	}
	for my $who (keys %customer) {
		$self->_acks($who) == 1
			or die "$customer{$who}[0]: not one acknowledgement\n";
	}
	_say('Every number stands in a delivered mail, and its queue id in ',
		"Postfix's log");
}

# Sends a mail that has to join somebody's ticket in the given role; returns
# the ticket and the mail server's reply.
sub _joins($self, $who, $role, $send) {
	my $site = $self->{site};
	my $number = $self->{number}{$who};
	my @tickets = $site->tickets;
	my $before = grep { $_->{role} eq $role }
		$site->ticket($number)->{messages}->@*;
	my $reply = $send->();
	my $ticket = $site->ticket($number);
	my $after = grep { $_->{role} eq $role } $ticket->{messages}->@*;
	$after == $before + 1
		or die "the $role\'s mail did not join ticket $number\n";
	$site->tickets == @tickets
		or die "the $role\'s mail made a ticket\n";
	return ($ticket, $reply);
}

# An agent's answer to a customer; returns the ticket and the customer's copy.
sub _answers($self, $who, $login, $file) {
	my $address = $customer{$who}[1];
	my ($ticket, $reply) = $self->_joins($who, 'agent', sub {
		_queued($self->{site}->submit(
			$login, [$address], $self->_fill($who, $file)));
	});
	return ($ticket, $self->{site}->delivered_outside($address, $reply));
}

sub _send($self, $from, $to, $mail) {
	my $reply = $self->{site}->send($from, ["$to\@acme.example"], $mail);
	return _queued($reply);
}

sub _queued($reply) {
	$reply->{code} == 250
		or die "the mail server says $reply->{code} $reply->{text}\n";
	return $reply;
}

sub _fill($self, $who, $file, %values) {
	return fill_in(SAMPLES . "/$file", TAG => $self->{tag}{$who}, %values);
}

sub _acks($self, $who) { return $self->{site}->acks($customer{$who}[1]) }

# 2026-11-23T17:30:00+01:00, as people read it.
sub _short($time) {
	return substr($time, 0, 16) =~ s/T/ /r;
}

sub _say(@words) { say '  ok  ', @words }

1;
