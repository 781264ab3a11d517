#!/usr/bin/perl
#
# Whatever else a mail server does with a mail, Loket numbers it once, and
# believes nothing because of the way it came.

use v5.36;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Loket::EachServer;
use Encode qw(encode);
use Test::More;

use Loket::Compose qw(compose);
use Loket::LaterMilter;
use Loket::Sink;
use Loket::Site;

use constant DESK => 'support@acme.example';
use constant AN => 'an@klant.example';

sub question($subject, @fields) {
	return compose("Een vraag.\n", From => AN, To => DESK,
		Subject => $subject, @fields);
}


# The tickets with this subject.
sub about($site, $subject) {
	return map { $site->ticket($_->{number}) }
		grep { $_->{subject} eq $subject } $site->tickets;
}

subtest 'what is encrypted is numbered once' => sub {
	my $site = Loket::Site->temporary(tls => 1);
	$site->start;
	my $smtp = $site->session(tls => 1);
	ok !$smtp->offers('STARTTLS'), 'the session is encrypted';
	my $reply = $smtp->send(AN, [DESK], question('Geheim'));
	$smtp->quit;
	my ($ticket, @more) = $site->tickets;
	is $ticket->{queue_id}, $reply->{queue_id}, 'a ticket';
	is_deeply \@more, [], 'and one only';
	is $site->delivered('support', $reply)->get('Subject'),
		"$ticket->{tag} Geheim", 'delivered with its number';
};

subtest 'a milter behind Loket' => sub {
	my $site = Loket::Site->temporary(later_milter => 'later.sock');
	my $later = Loket::LaterMilter->start($site->dir . '/later.sock');
	$site->start;

	subtest 'that refuses for a while' => sub {
		$later->says('tempfail');
		my $mail = question('Even wachten');
		is $site->send(AN, [DESK], $mail)->{code}, 451, 'put off';
		my ($before) = about($site, 'Even wachten');
		ok !$before->{confirmed}, 'the ticket is not confirmed';

		$later->says('accept');
		my $reply = $site->send(AN, [DESK], $mail);
		is $reply->{code}, 250, 'taken when it comes again';
		is $site->delivered('support', $reply)->get('Loket-Ticket'),
			$before->{number}, 'with the same number';
		my ($after, @more) = about($site, 'Even wachten');
		is_deeply \@more, [], 'there is no other ticket';
		ok $after->{confirmed}, 'it is confirmed';
		is_deeply $after->{targets}, $before->{targets},
			'its clocks stand as they stood';
		$site->settle;
		is scalar $site->acks(AN), 1, 'one acknowledgement';
	};

	subtest 'that refuses for good' => sub {
		$later->says('reject');
		my $refused = question('Nooit');
		like $site->send(AN, [DESK], $refused)->{code}, qr/^5/,
			'refused';
		$later->says('accept');
		my ($ticket) = about($site, 'Nooit');
		ok !$ticket->{confirmed}, 'the ticket is not confirmed';
		is $ticket->{state}, 'open', 'and else like any other';

		my $reply = $site->send(AN, [DESK], compose("En?\n",
			From => AN, To => DESK, Subject => 'Re: Nooit',
			'In-Reply-To' => $refused =~ /^Message-ID: (.*)$/mi));
		is $site->delivered('support', $reply)->get('Loket-Ticket'),
			$ticket->{number}, 'the customer names it';
		ok((about($site, 'Nooit'))[0]{confirmed}, 'so it is');
	};
};

subtest 'a mail that a program hands to sendmail(1)' => sub {
	my $site = Loket::Site->temporary(shows_all => 1);
	$site->start;
	my $server = $site->server;
	$server->submit_locally(question('Formulier'), '-f', AN, DESK);
	$server->submit_locally(question('Niemand'), '-f', '<>', DESK);
	$site->settle;
	for my $subject (qw(Formulier Niemand)) {
		my ($ticket, @more) = about($site, $subject);
		ok $ticket, "$subject: a ticket";
		is_deeply \@more, [], "$subject: and one only";
		my ($copy) = grep { $_->get('Subject') =~ /\Q$subject\E$/ }
			$site->mailbox('support');
		is $copy->get('Subject'), "$ticket->{tag} $subject",
			"$subject: delivered with its number";
	}
	is scalar $site->acks(AN), 1, 'the null sender is not answered';
	$server->submit_locally(compose("Nee.\n", From => 'jan@acme.example',
		To => AN, Cc => DESK,
		Subject => "Re: $_->{tag} $_->{subject}"),
		'-f', 'jan@acme.example', AN, DESK) for about($site, 'Formulier');
	$site->settle;
	is scalar(grep { $_->{state} eq 'pending' } $site->tickets), 0,
		'a program is no agent';
};

subtest 'addresses and fields in UTF-8' => sub {
	my $site = Loket::Site->temporary;
	$site->start;
	my $from = encode('UTF-8', 'jürgen@müller.example');
	my $subject = encode('UTF-8', 'Größe');
	my $mail = compose("Hallo.\n", From => $from, To => DESK,
		Subject => $subject);
	my $smtp = $site->session;
	my $reply = $smtp->command("MAIL FROM:<$from> SMTPUTF8");
	if (!$smtp->offers('SMTPUTF8')) {
		like $reply->{code}, qr/^5/, 'the server refuses them';
		$smtp->command('RSET');
		$reply = $smtp->send(AN, [DESK], $mail);
	} else {
		is $reply->{code}, 250, 'the server takes them';
		$smtp->command($_) for 'RCPT TO:<' . DESK . '>', 'DATA';
		$reply = $smtp->content($mail);
	}
	$smtp->quit;
	my $ticket = $site->ticket_of($reply);
	is $ticket->{customer}, 'jürgen@müller.example', 'who wrote';
	is $ticket->{subject}, 'Größe', 'and what';
	is $site->delivered('support', $reply)->get('Subject'),
		"$ticket->{tag} $subject", 'the bytes stay behind the tag';
};

subtest 'a content filter that sends mail back over loopback' => sub {
	my $site = Loket::Site->temporary;
	my $filter = Loket::Sink->start(
		onward => $site->server->port('smtp'));
	$site->server->filter_through($filter->port);
	$site->start;

	$site->send(AN, [DESK], question('Gefilterd'));
	$site->settle;
	is scalar $filter->mails, 1, 'it has had the mail';
	my ($ticket, @more) = about($site, 'Gefilterd');
	is_deeply \@more, [], 'one ticket';
	is scalar $ticket->{messages}->@*, 2, 'the mail and the answer to it';
	my ($copy) = $site->mailbox('support');
	is_deeply [$copy->all('Loket-Ticket')], [$ticket->{number}],
		'one number on the copy';
	is $copy->get('Subject'), "$ticket->{tag} Gefilterd", 'one tag';
	is scalar $site->acks(AN), 1, 'one acknowledgement';

	$site->send('jan@acme.example', [AN, DESK], compose("Nee.\n",
		From => 'Jan <jan@acme.example>', To => AN, Cc => DESK,
		Subject => "Re: $ticket->{tag} Gefilterd",
		'Loket-Ticket' => [1, 2, 3]));
	$site->settle;
	is scalar $filter->mails, 2, 'it has had a forged answer';
	my $after = $site->ticket($ticket->{number});
	is_deeply [grep { $_->{role} eq 'agent' } $after->{messages}->@*], [],
		'which is none';
	is_deeply $after->{targets}, $ticket->{targets}, 'and meets nothing';
	($copy) = grep { $_->get('From') =~ /jan/ } $site->outside(AN);
	ok $copy, 'it passes';
	unlike $copy->{head}, qr/^Loket-/m, 'without our name';
};

done_testing;
