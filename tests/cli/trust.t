#!/usr/bin/perl
#
# A number opens nothing by itself, an agent is a login, an answer needs
# evidence.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Loket::Cli qw(edits_of passed failed);

use constant DESK => 'support@acme.example';
use constant AN => 'an@klant.example';
use constant JAN => 'jan@acme.example';
use constant DOUBTED => qr/^add Loket-Doubt: \S/;

sub open_ticket($cli, @fields) {
	return $cli->take(From => AN, Subject => 'Factuur',
		'Message-ID' => '<first@klant.example>', @fields);
}

sub answer($cli, @given) {
	return $cli->take(From => JAN, login => 'jan', To => AN, rcpt => [AN],
		Subject => 'Re: Factuur', 'In-Reply-To' => '<first@klant.example>',
		'Message-ID' => '<answer@acme.example>', @given);
}

# Our own id, as the customer's client sends it back.
sub keyed_id($cli) {
	my ($id) = map { /(<[^<>]+>)$/ } edits_of(answer($cli), 'References');
	return $id;
}

sub joins($got, $first, $name) {
	is $got->{number}, $first->{number}, "$name: joins";
	ok !$got->{created}, "$name: makes no ticket";
}

sub is_doubted($cli, $got, $first, $name) {
	ok $got->{created}, "$name: a new ticket" or diag explain $got;
	isnt $got->{number}, $first->{number}, "$name: with a number of its own";
	like +(edits_of($got, 'Loket-Doubt'))[0] // '', DOUBTED, "$name: doubt is told";
	my @links = $cli->ticket($got->{number})->{links}->@*;
	is_deeply [map { $_->{number} } @links], [$first->{number}], "$name: linked";
	is scalar $cli->ticket($first->{number})->{messages}->@*, 1,
		"$name: nothing is added to the other";
}

subtest 'a participant joins by tag and by known Message-ID' => sub {
	my %way = (
		'tag' => sub ($first) { (Subject => "Re: $first->{tag} Factuur") },
		'In-Reply-To' => sub ($first) { ('In-Reply-To' => '<first@klant.example>') },
		'References' => sub ($first) { (References => '<x@y.example> <first@klant.example>') },
		'References without spaces' => sub ($first) {
			(References => '<x@y.example><first@klant.example><z@y.example>') },
		'an earlier entry' => sub ($first) {
			(References => '<first@klant.example> <gone@klant.example>') },
	);
	for my $way (sort keys %way) {
		my $cli = Loket::Cli->new;
		my $first = open_ticket($cli);
		my $got = $cli->take(From => AN, Subject => 'Re: Factuur',
			'Authentication-Results' => passed('klant.example'), $way{$way}->($first));
		joins($got, $first, $way);
		is_deeply [edits_of($got, 'Loket-Doubt')], [], "$way: without doubt";
	}
};

subtest 'a tag is read in any case, with spaces, prefixes and encoded words' => sub {
	my $cli = Loket::Cli->new;
	my $first = open_ticket($cli);
	my $n = $first->{number};
	my $base64 = sub ($text) { require MIME::Base64; MIME::Base64::encode($text, '') };
	my @subjects = (
		"re: [acme #$n] Factuur",
		"AW: [ ACME  # $n ] Factuur",
		"Antw: [EXTERN] Re: [ACME #$n] Factuur",
		"Factuur [ACME#$n]",
		"=?UTF-8?B?" . $base64->("Re: [ACME #$n] Factuur \xe2\x82\xac") . "?=",
		"=?utf-8?Q?Re:_[ACME_#$n]_caf=C3=A9?=",
		"=?utf-8?q?Re=3A_=5BACME_=23" . substr($n, 0, 5) . "?= =?utf-8?q?"
			. substr($n, 5) . "=5D_Factuur?=",
		"=?utf-8?B?" . $base64->("[ACME\xc2\xa0#\xc2\xa0$n] Factuur") . "?=",
		"Re:\n [ACME\n #$n] Factuur",
	);
	for my $subject (@subjects) {
		joins($cli->take(From => AN, Subject => $subject), $first, $subject);
	}
};

subtest 'a participant who is not authenticated joins with a doubt' => sub {
	my $cli = Loket::Cli->new;
	my $first = open_ticket($cli);
	for my $way ([Subject => $first->{tag}], ['In-Reply-To' => '<first@klant.example>']) {
		my $got = $cli->take(From => AN, Subject => 'Re: Factuur', $way->@*);
		joins($got, $first, $way->[0]);
		is_deeply [edits_of($got, 'Loket-Doubt')], ['add Loket-Doubt: unauthenticated'],
			"$way->[0]: which is told";
	}
};

subtest 'who the participant is does not depend on case, SRS or BATV' => sub {
	for my $from ('An@Klant.EXAMPLE', 'prvs=1234567890=an@klant.example',
		'SRS0=HHH=TT=klant.example=an@door.example') {
		my $cli = Loket::Cli->new;
		my $first = open_ticket($cli);
		my $got = $cli->take(From => $from, Subject => "Re: $first->{tag}");
		joins($got, $first, $from);
	}
};

subtest 'a forged From that failed authentication does not join' => sub {
	for my $way ('tag', 'Message-ID') {
		my $cli = Loket::Cli->new;
		my $first = open_ticket($cli);
		my $got = $cli->take(From => AN, Subject => 'Re: Factuur',
			'Authentication-Results' => failed('klant.example'),
			$way eq 'tag' ? (Subject => "Re: $first->{tag} Factuur")
				: ('In-Reply-To' => '<first@klant.example>'));
		is_doubted($cli, $got, $first, $way);
	}
};

subtest 'a stranger does not join by what he may know' => sub {
	for my $way ('tag', 'Message-ID') {
		my $cli = Loket::Cli->new;
		my $first = open_ticket($cli);
		my $got = $cli->take(From => 'eva@vreemd.example', Subject => 'Re: Factuur',
			'Authentication-Results' => passed('vreemd.example'),
			$way eq 'tag' ? (Subject => "Re: $first->{tag} Factuur")
				: ('In-Reply-To' => '<first@klant.example>'));
		is_doubted($cli, $got, $first, $way);
		my ($subject) = edits_of($got, 'Subject');
		unlike $subject, qr/$first->{number}/, "$way: the other number is taken out"
			if $way eq 'tag';
		is $cli->ticket($got->{number})->{subject}, "Re: $first->{tag} Factuur",
			"$way: and kept in the store" if $way eq 'tag';
	}
};

subtest 'a display name or envelope of a participant is no participant' => sub {
	my $cli = Loket::Cli->new;
	my $first = open_ticket($cli);
	my $got = $cli->take(From => '"an@klant.example" <eva@vreemd.example>', from => AN,
		Subject => "Re: $first->{tag}");
	is_doubted($cli, $got, $first, 'display name');
};

subtest 'our own keyed id joins whoever sends it' => sub {
	for my $field ('References', 'In-Reply-To') {
		my $cli = Loket::Cli->new;
		my $first = open_ticket($cli);
		my $got = $cli->take(From => 'an@prive.example', Subject => 'Re: Factuur',
			$field => keyed_id($cli));
		joins($got, $first, $field);
	}
};

subtest 'a changed keyed id is worth nothing' => sub {
	my $cli = Loket::Cli->new;
	my $first = open_ticket($cli);
	my $second = open_ticket($cli, From => 'bo@klant.example', 'Message-ID' => '<2@klant.example>');
	my $id = keyed_id($cli);
	my $other = $id =~ s/$first->{number}/$second->{number}/r;
	isnt $other, $id, 'the number stands in it';
	my $got = $cli->take(From => 'eva@vreemd.example', Subject => 'Hoi', References => $other);
	ok $got->{created}, 'with the number of another ticket';
	my $foreign = Loket::Cli->new;
	open_ticket($foreign);
	$got = $foreign->take(From => 'eva@vreemd.example', Subject => 'Hoi', References => $id);
	ok $got->{created}, 'made with the secret of another site';
};

subtest 'a tag with a wrong check digit names nothing' => sub {
	my $cli = Loket::Cli->new;
	my $first = open_ticket($cli);
	my $wrong = $first->{number} =~ s/(.)$/($1 + 1) % 10/er;
	my $got = $cli->take(From => AN, Subject => "Re: [ACME #$wrong] Factuur");
	ok $got->{created}, 'a new ticket';
	is_deeply $cli->ticket($got->{number})->{links}, [], 'linked with nothing';
	my ($subject) = edits_of($got, 'Subject');
	is_deeply [$subject =~ /\[ACME #(\d+)\]/g], [$got->{number}], 'one tag of ours stays';
};

subtest 'a tag with a right check digit of no ticket names nothing' => sub {
	my $cli = Loket::Cli->new;
	my $got = $cli->take(From => AN, Subject => 'Re: [ACME #2600042179] Factuur');
	ok $got->{created}, 'a new ticket';
	my ($subject) = edits_of($got, 'Subject');
	is $subject, "change Subject 1: [ACME #$got->{number}] Re: Factuur", 'its own tag';
};

subtest 'the tag of another company is none of ours' => sub {
	my $cli = Loket::Cli->new;
	my $first = open_ticket($cli);
	my $got = $cli->take(From => AN, Subject => "Re: [OTHER #$first->{number}] Factuur");
	ok $got->{created}, 'a new ticket';
	my ($subject) = edits_of($got, 'Subject');
	is $subject, "change Subject 1: [ACME #$got->{number}] Re: [OTHER #$first->{number}] Factuur",
		'it stays in the subject';
};

subtest 'the Cc of an authenticated customer is a participant' => sub {
	my $cli = Loket::Cli->new;
	my $first = open_ticket($cli, Cc => 'baas@klant.example',
		'Authentication-Results' => passed('klant.example'));
	my $got = $cli->take(From => 'baas@klant.example', Subject => "Re: $first->{tag}");
	joins($got, $first, 'Cc');
};

subtest 'the Cc of another participant is a stranger' => sub {
	my $cli = Loket::Cli->new;
	my @authenticated = ('Authentication-Results' => passed('klant.example'));
	my $first = open_ticket($cli, Cc => 'baas@klant.example', @authenticated);
	$cli->take(From => 'baas@klant.example', Subject => "Re: $first->{tag}", Cc => 'bo@klant.example',
		'Message-ID' => '<baas@klant.example>', @authenticated);
	my $got = $cli->take(From => 'bo@klant.example', Subject => "Re: $first->{tag}", @authenticated);
	isnt $got->{number}, $first->{number}, 'another ticket';
	is scalar(edits_of($got, 'Loket-Doubt')), 1, 'with a doubt';
};

subtest 'the Cc of an unauthenticated customer is a stranger' => sub {
	my $cli = Loket::Cli->new;
	my $first = open_ticket($cli, Cc => 'baas@klant.example');
	my $got = $cli->take(From => 'baas@klant.example', Subject => "Re: $first->{tag}");
	is_doubted($cli, $got, $first, 'Cc');
};

subtest 'whom an agent wrote to in the ticket is a participant' => sub {
	my $cli = Loket::Cli->new;
	my $first = open_ticket($cli);
	answer($cli, To => AN . ', vak@extern.example', rcpt => [AN, 'vak@extern.example']);
	joins($cli->take(From => 'vak@extern.example', Subject => "Re: $first->{tag}"),
		$first, 'outside address');
};

subtest 'our authserv-id alone decides whose results are believed' => sub {
	my %case = (
		'pass of another server' => ['other.example; dmarc=pass header.from=klant.example', 1],
		'spf=pass aligned' => ['mx.acme.example; spf=pass smtp.mailfrom=an@klant.example', 0],
		'spf=pass not aligned' => ['mx.acme.example; spf=pass smtp.mailfrom=x@ander.example', 1],
		'dkim=pass aligned' => ['mx.acme.example; dkim=pass header.d=klant.example', 0],
		'dkim=pass not aligned' => ['mx.acme.example; dkim=pass header.d=ander.example', 1],
	);
	for my $name (sort keys %case) {
		my ($results, $is_doubtful) = $case{$name}->@*;
		my $cli = Loket::Cli->new;
		my $first = open_ticket($cli);
		my $got = $cli->take(From => AN, Subject => "Re: $first->{tag}",
			'Authentication-Results' => $results);
		is scalar edits_of($got, 'Loket-Doubt'), $is_doubtful, $name;
	}
};

subtest 'a pass is believed above the first foreign Received only, a fail anywhere' => sub {
	my $ours = 'from mta.klant.example by mx.acme.example with ESMTPS; Mon, 23 Nov 2026 10:00:00 +0100';
	my $theirs = 'from pc by mta.klant.example with ESMTP; Mon, 23 Nov 2026 09:59:59 +0100';
	my $serial = 0;
	my $bring = sub ($cli, $first, @head) {
		my $run = $cli->bring(join("\n", @head, "From: ${\AN}", "To: ${\DESK}",
			'Message-ID: <' . ++$serial . '@klant.example>',
			"Subject: Re: $first->{tag}", '', "Hoi\n"), from => AN);
		return JSON::PP->new->utf8->decode($run->{out});
	};
	my $cli = Loket::Cli->new;
	my $first = open_ticket($cli);
	my $pass = 'Authentication-Results: ' . passed('klant.example');
	my $fail = 'Authentication-Results: ' . failed('klant.example');
	my $got = $bring->($cli, $first, "Received: $ours", $pass, "Received: $theirs");
	is_deeply [edits_of($got, 'Loket-Doubt')], [], 'pass below our own Received';
	$got = $bring->($cli, $first, "Received: $ours", "Received: $theirs", $pass);
	is_deeply [edits_of($got, 'Loket-Doubt')], ['add Loket-Doubt: unauthenticated'],
		'pass below a foreign Received';
	$got = $bring->($cli, $first, "Received: $ours", "Received: $theirs", $fail);
	ok $got->{created}, 'fail below a foreign Received';
};

subtest 'an agent is a login and a From that is his or the desk\'s' => sub {
	my %agent = (
		'his login' => [login => 'jan'],
		'his address as login' => [login => JAN],
		'a listed address as login' => [login => 'els@acme.example', From => 'els@acme.example'],
		'a listed domain' => [login => 'kim@service.acme.example', From => 'kim@service.acme.example'],
		'the desk\'s address as From' => [login => 'jan', From => DESK],
		'another case' => [login => 'jan', From => 'Jan <JAN@acme.example>'],
	);
	my %other = (
		'no login' => [login => undef],
		'loopback' => [login => undef, client => '127.0.0.1'],
		'loopback of IPv6' => [login => undef, client => '::1'],
		'a From that passed' => [login => undef, 'Authentication-Results' => passed('acme.example')],
		'a login on no list' => [login => 'piet', From => 'piet@acme.example'],
		'somebody else\'s From' => [login => 'jan', From => 'els@acme.example'],
		'a login of somebody else' => [login => 'piet'],
	);
	for my $name (sort keys %agent) {
		my $cli = Loket::Cli->new;
		open_ticket($cli);
		is answer($cli, $agent{$name}->@*)->{role}, 'agent', $name;
	}
	for my $name (sort keys %other) {
		my $cli = Loket::Cli->new;
		my $first = open_ticket($cli);
		isnt answer($cli, $other{$name}->@*)->{role}, 'agent', $name;
		is $cli->ticket($first->{number})->{targets}{'first-response'}{met_at}, undef,
			"$name: meets nothing";
	}
};

subtest 'a bare login is at login-domain, and an agent when listed there' => sub {
	my $cli = Loket::Cli->new(site => 'login-domain = "acme.example"');
	open_ticket($cli);
	is answer($cli, login => 'els', From => 'els@acme.example')->{role}, 'agent', 'listed';
	isnt answer($cli, login => 'piet', From => 'piet@acme.example',
		'Message-ID' => '<p@acme.example>')->{role}, 'agent', 'not listed';
};

subtest 'a host in agent-networks speaks for listed agents' => sub {
	my $cli = Loket::Cli->new(site => 'agent-networks = { "192.0.2.0/28", "2001:db8::/64" }');
	open_ticket($cli);
	my @host = (login => undef, client => '192.0.2.5');
	is answer($cli, @host)->{role}, 'agent', 'a listed From';
	is answer($cli, @host, client => '2001:db8::7', 'Message-ID' => '<6@acme.example>')->{role},
		'agent', 'by IPv6';
	isnt answer($cli, @host, From => 'piet@acme.example', 'Message-ID' => '<p@acme.example>')->{role},
		'agent', 'a From on no list';
	isnt answer($cli, @host, client => '192.0.2.16', 'Message-ID' => '<n@acme.example>')->{role},
		'agent', 'a host beside the network';
	isnt answer($cli, @host, login => 'kees', 'Message-ID' => '<k@acme.example>')->{role},
		'agent', 'another employee who logs in there';
};

subtest 'with agent-dmarc a listed From that passed DMARC answers' => sub {
	my $cli = Loket::Cli->new(site => 'agent-dmarc = true');
	my $first = open_ticket($cli);
	my @mail = (login => undef);
	isnt answer($cli, @mail)->{role}, 'agent', 'without results';
	isnt answer($cli, @mail, 'Message-ID' => '<s@acme.example>', 'Authentication-Results' =>
		'mx.acme.example; spf=pass smtp.mailfrom=acme.example')->{role}, 'agent', 'spf is not enough';
	is answer($cli, @mail, 'Message-ID' => '<d@acme.example>',
		'Authentication-Results' => passed('acme.example'))->{role}, 'agent', 'dmarc=pass';
	ok $cli->ticket($first->{number})->{targets}{'first-response'}{met}, 'it counts as an answer';
};

subtest 'an agent answers by a tag too' => sub {
	my $cli = Loket::Cli->new;
	my $first = open_ticket($cli);
	my $got = answer($cli, 'In-Reply-To' => '<unknown@klant.example>',
		Subject => "Re: $first->{tag} Factuur");
	is $got->{number}, $first->{number}, 'joins';
	ok $cli->ticket($first->{number})->{targets}{'first-response'}{met}, 'met';
};

subtest 'the recipient alone is no evidence' => sub {
	my $cli = Loket::Cli->new;
	my $first = open_ticket($cli);
	my $got = answer($cli, 'In-Reply-To' => undef, Subject => 'Lunch?');
	is $got->{number}, undef, 'no number';
	is_deeply $got->{edits}, [], 'unchanged';
	my $ticket = $cli->ticket($first->{number});
	is $ticket->{targets}{'first-response'}{met_at}, undef, 'nothing is met';
	is scalar $ticket->{messages}->@*, 1, 'nothing is stored';
	is scalar $cli->tickets('--state', 'all'), 1, 'no ticket is made';
};

subtest 'an agent\'s mail about a ticket to somebody else is no answer' => sub {
	my $cli = Loket::Cli->new;
	my $first = open_ticket($cli);
	my $got = answer($cli, To => 'vak@extern.example', rcpt => ['vak@extern.example']);
	is $got->{number}, $first->{number}, 'it joins';
	my $ticket = $cli->ticket($first->{number});
	is $ticket->{targets}{'first-response'}{met_at}, undef, 'nothing is met';
	is $ticket->{state}, 'open', 'still our turn';
};

subtest 'among desk, team and agents it is an internal note' => sub {
	for my $rcpt ([DESK], ['els@acme.example'], ['support-team@acme.example', DESK],
		['tweedelijn@acme.example', 'els@acme.example']) {
		my $cli = Loket::Cli->new;
		my $first = open_ticket($cli);
		my $got = answer($cli, To => join(', ', @$rcpt), rcpt => $rcpt);
		is $got->{number}, $first->{number}, "@$rcpt: joins";
		my $ticket = $cli->ticket($first->{number});
		is $ticket->{messages}[1]{direction}, 'internal', "@$rcpt: internal";
		is $ticket->{targets}{'first-response'}{met_at}, undef, "@$rcpt: meets nothing";
		is $ticket->{state}, 'open', "@$rcpt: still our turn";
	}
};

subtest 'mail from outside to an agent joins by evidence or passes unstored' => sub {
	my $cli = Loket::Cli->new;
	my $first = open_ticket($cli);
	answer($cli);
	my $got = $cli->take(From => AN, rcpt => [JAN], Subject => 'Re: Factuur',
		'In-Reply-To' => '<answer@acme.example>');
	joins($got, $first, 'a participant');
	my $ticket = $cli->ticket($first->{number});
	is $ticket->{state}, 'open', 'our turn';
	is $ticket->{targets}{'next-response'}{due}, '2026-11-24T17:30:00+01:00', 'the next clock runs';

	my %passes = ('without evidence' => [From => AN, Subject => 'Iets anders'],
		'a stranger with a tag' => [From => 'eva@vreemd.example', Subject => $first->{tag}]);
	for my $name (sort keys %passes) {
		my $got = $cli->take(rcpt => [JAN], $passes{$name}->@*);
		is $got->{number}, undef, "$name: passes";
		is scalar $cli->ticket($first->{number})->{messages}->@*, 3, "$name: unstored";
		is scalar $cli->tickets('--state', 'all'), 1, "$name: no ticket";
	}
};

done_testing;
