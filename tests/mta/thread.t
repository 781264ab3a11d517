#!/usr/bin/perl
#
# A thread of ten mails between a customer with two mail clients and two agents,
# of whom one stands behind the desk, is the same ticket on each mail server.

use v5.36;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Loket::EachServer;
use JSON::PP;
use Test::More;

use Loket::Compose qw(compose);
use Loket::Site;

use constant DESK => 'support@acme.example';
use constant CUSTOMER => 'an@klant.example';
use constant TRUE => JSON::PP::true;
use constant FALSE => JSON::PP::false;

# What Outlook puts into the mails of one conversation: 22 bytes, then five for
# each reply.
use constant CONVERSATION => 'AdpTkXJ0mR1u3n5ZQJ6dKkM5Yp0c7w==';

my $site = Loket::Site->temporary(desk => 'mask-agents = true',
	els => 'mask = false');
$site->start;

my $count = 0;

# The msg-id of the next mail of somebody.
sub next_id($domain) { return sprintf '<%d@%s>', ++$count, $domain }

# A customer's mail; the copy for the desk.
sub write_mail($to, $text, @fields) {
	my $reply = $site->send(CUSTOMER, [$to], compose("$text\n",
		From => 'An Smit <an@klant.example>', To => $to,
		'Message-ID' => next_id('klant.example'), @fields));
	$reply->{code} == 250 or die "$reply->{code} $reply->{text}";
	return $site->delivered('support', $reply);
}

# Where a client sends its reply to.
sub answered_at($mail) {
	my $field = $mail->get('Reply-To') // $mail->get('From');
	return $field =~ /<(.*)>/ ? $1 : $field;
}

# The customer's first client replies as RFC 5322 says.
sub reply_by_thread($mail, $text) {
	my $id = $mail->get('Message-ID');
	my $references = $mail->get('References') // '';
	return write_mail(answered_at($mail), $text,
		Subject => 'Re: ' . $mail->get('Subject') =~ s/^Re: //r,
		'In-Reply-To' => $id, References => "$references $id");
}

# The second keeps the subject and names its conversation.
sub reply_by_conversation($mail, $text) {
	return write_mail(answered_at($mail), $text,
		Subject => 'RE: ' . $mail->get('Subject') =~ s/^Re: //ir,
		'Thread-Index' => CONVERSATION,
		'Thread-Topic' => 'Printer');
}

# An agent replies to what his mailbox shows him; the copy for the customer.
sub answer($login, $mail, $text) {
	my $id = $mail->get('Message-ID');
	my $reply = $site->submit($login, [CUSTOMER], compose("$text\n",
		From => ucfirst $login . " <$login\@acme.example>",
		To => CUSTOMER, 'Message-ID' => next_id('acme.example'),
		Subject => 'Re: ' . $mail->get('Subject'),
		'In-Reply-To' => $id, References => $id));
	$reply->{code} == 250 or die "$reply->{code} $reply->{text}";
	$site->settle;
	return $site->delivered_outside(CUSTOMER, $reply);
}

# Els writes to the desk alone.
sub ask_colleagues($mail, $text) {
	my $reply = $site->submit('els', [DESK], compose("$text\n",
		From => 'Els <els@acme.example>', To => DESK,
		'Message-ID' => next_id('acme.example'),
		Subject => 'Re: ' . $mail->get('Subject'),
		'In-Reply-To' => $mail->get('Message-ID')));
	$reply->{code} == 250 or die "$reply->{code} $reply->{text}";
}

my $first = write_mail(DESK, 'De printer doet het niet.',
	Subject => 'Printer stuk');
my ($number) = $first->get('Loket-Ticket') or BAIL_OUT('no ticket');
$site->settle;

my $second = answer('jan', $first, 'Staat hij aan?');
like $second->get('From'), qr/^"?Jan, Acme Klantenservice"? <${\DESK}>$/,
	'Jan stands behind the desk';
is $second->get('Return-Path'), '<' . DESK . '>', 'in the envelope too';
my $third = reply_by_thread($second, 'Ja, hij staat aan.');
my $fourth = answer('els', $third, 'Welk model is het?');
is $fourth->get('From'), 'Els <els@acme.example>', 'Els does not';
my $fifth = reply_by_conversation($fourth, 'Een LX-90.');
ask_colleagues($fifth, 'Weet jij iets van de LX-90?');
my $seventh = answer('jan', $fifth, 'Die heeft nieuwe inkt nodig.');
write_mail(answered_at($seventh), 'Ik ben er tot maandag niet.',
	Subject => 'Automatisch antwoord: ' . $seventh->get('Subject'),
	'Auto-Submitted' => 'auto-replied',
	'In-Reply-To' => $seventh->get('Message-ID'));
my $ninth = reply_by_conversation($seventh, 'Dat was het, dank u wel!');
answer('els', $ninth, 'Graag gedaan.');

# What differs from one run to the next goes, in place: instants, queue ids, and
# our own msg-ids.
sub settle_on($value) {
	if (ref $value eq 'HASH') {
		$value->{$_} = $_ eq 'queue_id' && $value->{$_} ? 'ID'
			: settle_on($value->{$_}) for keys %$value;
	} elsif (ref $value eq 'ARRAY') {
		$_ = settle_on($_) for @$value;
	} elsif (defined $value && !ref $value) {
		$value =~ s/^\d{4}-\d\d-\d\dT\S+$/TIME/;
		$value =~ s/^\d{10}\.\S+\@acme\.example$/OURS/;
	}
	return $value;
}

# Notifications leave side by side, in whatever order: here they come last.
sub without_order($ticket) {
	my %is_free = (
		events => sub { $_[0]{what} =~ / sent$/ },
		messages => sub { $_[0]{role} eq 'loket' },
	);
	my $json = JSON::PP->new->canonical;
	for my $list (keys %is_free) {
		my @items = $ticket->{$list}->@*;
		my @free = sort map { $json->encode($_) }
			grep { $is_free{$list}->($_) } @items;
		$ticket->{$list} = [grep({ !$is_free{$list}->($_) } @items),
			map { $json->decode($_) } @free];
	}
	return $ticket;
}

my $ticket = $site->ticket($number);
my @messages = $ticket->{messages}->@*;

subtest 'it is one ticket with all of them' => sub {
	is scalar $site->tickets, 1, 'there is no other';
	is_deeply [map { "$_->{role} $_->{direction} $_->{new_text}" }
		grep { $_->{role} ne 'loket' } @messages], [
		'customer in De printer doet het niet.',
		'agent out Staat hij aan?',
		'customer in Ja, hij staat aan.',
		'agent out Welk model is het?',
		'customer in Een LX-90.',
		'agent internal Weet jij iets van de LX-90?',
		'agent out Die heeft nieuwe inkt nodig.',
		'robot in Ik ben er tot maandag niet.',
		'customer in Dat was het, dank u wel!',
		'agent out Graag gedaan.',
	], 'who said what to whom';
	is scalar(grep { $_->{role} eq 'loket'
		&& $_->{to}[0] eq CUSTOMER } @messages), 1,
		'and one acknowledgement';
	is $ticket->{state}, 'pending', 'it is the customer\'s turn';
	is $ticket->{customer}, CUSTOMER, 'the customer';
	is $ticket->{confirmed}, TRUE, 'it is confirmed';
	is $ticket->{targets}{$_}{met}, TRUE, "$_ is met"
		for qw(first-response next-response);
};

subtest 'it is the same on each server' => sub {
	my $json = JSON::PP->new->utf8->canonical->pretty
		->encode(without_order(settle_on($ticket)));
	my $shared = $ENV{LOKET_SHARED};
	for my $file (glob "$shared/*") {
		open my $in, '<', $file or die "$file: $!\n";
		is_deeply [split /^/, $json], [readline $in], $file;
	}
	open my $out, '>', "$shared/$ENV{LOKET_SERVER}" or die "$shared: $!\n";
	print $out $json;
	ok close $out, 'it is kept for the next';
};

done_testing;
