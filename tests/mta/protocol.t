#!/usr/bin/perl
#
# An old milter protocol changes nothing for the desk, and Postfix's own
# bounces join their ticket where it shows them.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Loket::Compose qw(compose);
use Loket::Site;
use Loket::Wait qw(wait_for);

use constant DESK => 'support@acme.example';
use constant CUSTOMER => 'an@klant.example';

sub question(@fields) {
	return compose("Een vraag.\n", From => CUSTOMER, To => DESK, @fields);
}

for my $protocol (2, 3, 4) {
	subtest "milter protocol $protocol" => sub {
		my $site = Loket::Site->temporary(
			main => { milter_protocol => $protocol });
		$site->start;
		my $reply = $site->send(CUSTOMER, [DESK], question(
			Subject => 'Vraag', 'Loket-Ticket' => [1, 2, 3]));
		is $reply->{code}, 250, 'a mail is taken';
		my $ticket = $site->ticket_of($reply);
		my $copy = $site->delivered('support', $reply);
		is $copy->get('Subject'), "$ticket->{tag} Vraag", 'the tag';
		is_deeply [$copy->all('Loket-Ticket')], [$ticket->{number}],
			'only our header';
		$reply = $site->submit('jan', [CUSTOMER], compose("Ja.\n",
			From => 'jan@acme.example', To => CUSTOMER,
			Subject => "Re: $ticket->{tag} Vraag"));
		is $reply->{code}, 250, 'the answer is taken';
		is $site->ticket($ticket->{number})->{state}, 'pending',
			'and is one';
		my $mail = compose("Lunch?\n", From => 'oma@familie.example',
			To => 'kees@acme.example', Subject => 'Lunch');
		$reply = $site->send('oma@familie.example',
			['kees@acme.example'], $mail);
		like $site->delivered('kees', $reply)->{raw},
			qr/\n\Q$mail\E\z/, 'other mail passes as it was';
		$site->stop;
	};
}

# A port where nobody listens.
my $nowhere = '[127.0.0.1]:9';

subtest 'a bounce that Postfix itself writes' => sub {
	my $site = Loket::Site->temporary(shows_all => 1, main => {
		transport_maps => "inline:{ weg.example=smtp:$nowhere }",
		maximal_queue_lifetime => 0,
	});
	$site->start;
	my $from = 'bea@weg.example';
	my $reply = $site->send($from, [DESK], compose("Een vraag.\n",
		From => $from, To => DESK, Subject => 'Vraag'));
	my $ticket = $site->ticket_of($reply);
	$reply = $site->submit('jan', [$from], compose("Ja.\n",
		From => 'jan@acme.example', To => $from,
		Subject => "Re: $ticket->{tag} Vraag"));
	is $reply->{code}, 250, 'the answer leaves';
	my $bounce = wait_for(20, sub {
		my ($bounce) = grep { $_->{role} eq 'bounce' }
			$site->ticket($ticket->{number})->{messages}->@*;
		return $bounce;
	});
	ok $bounce, 'its bounce joins the ticket';
	ok !$site->ticket($ticket->{number})
		->{targets}{'first-response'}{met}, 'the answer meets nothing';
	is scalar $site->tickets, 1, 'and nothing else came of it';
};

done_testing;
