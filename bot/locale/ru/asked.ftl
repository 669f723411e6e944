# О чём покупатель может попросить: возвраты, квитанции, выписки, безопасность, справки.

command-refunds = Мои возвраты
command-receipt = Квитанция в PDF
command-statement = Месяц в виде таблицы
command-security = Где выполнен вход
command-lookup = Платёж без аккаунта
key-receipt = Квитанция
key-newest = Новые
key-older = Старее
key-search = Поиск

narrowed-all = Все
narrowed-paid = Оплачены
narrowed-open = Открыты
narrowed-declined = Не прошли
narrowed-refunded = Возвраты
payments-none-narrowed = <b>Таких среди ваших платежей нет.</b>
search-ask =
    <b>Что вы ищете?</b>
    Напишите номер платежа, номер заказа, последние четыре цифры карты или часть названия магазина. /cancel – прекратить.
search-found = <b>Найдено по запросу { $text }</b>: { $count }
search-none =
    <b>По запросу { $text } ничего нет</b>
    Попробуйте номер платежа, номер заказа, последние четыре цифры карты или часть названия магазина.

refunds-title = <b>Ваши возвраты</b>
refunds-none =
    <b>Возвратов пока нет</b>
    Когда магазин вернёт деньги, возврат появится здесь.
refunds-pending =
    <b>{ $amount }</b> · у банка{ $test }
    { $shop } · с { $at }
refunds-succeeded =
    <b>{ $amount }</b> · возвращено{ $test }
    { $shop } · { $at }
refunds-failed =
    <b>{ $amount }</b> · банк отказал{ $test }
    { $shop } · { $at }. Напишите магазину.

receipt-which = <b>По какому платежу?</b>
receipt-none =
    <b>Квитанции нет</b>
    Она есть у каждого платежа, по которому списаны деньги. См. /payments.
receipt-caption = Квитанция о платеже <code>{ $reference }</code>
toast-no-receipt = По этому платежу деньги не списаны, поэтому квитанции нет.
receipt-title = Квитанция
receipt-test = ТЕСТ: настоящие деньги не двигались
receipt-shop = Магазин
receipt-paid = Оплачено
receipt-date = Дата
receipt-with = Чем оплачено
receipt-order = Номер заказа
receipt-what = Назначение
receipt-reference = Номер платежа
receipt-id = Платёж
receipt-refund = Возвращено
receipt-left = Оплачено за вычетом возвратов
receipt-note = Запись об оплате картой или кошельком, составлена { $host }. Это не счёт: счёт выдаёт магазин.

statement-which = <b>За какой месяц?</b> Я пришлю платежи таблицей.
statement-wrong = Напишите месяц так: <code>/statement 2026-03</code>.
statement-empty = За { $month } платежей нет.
statement-caption = { $month }, платежей: { $count }. Время – по поясу { $zone }.
statement-cut = Есть ещё; таблица на этом кончается.
column-date = Дата
column-reference = Номер платежа
column-shop = Магазин
column-order = Заказ
column-what = Назначение
column-status = Состояние
column-amount = Сумма
column-taken = Списано
column-refunded = Возвращено
column-currency = Валюта
column-with = Чем оплачено
status-word-requires-payment-method = ещё не оплачен
status-word-requires-action = ждёт покупателя
status-word-in-review = на проверке
status-word-processing = у банка
status-word-authorized = сумма зарезервирована
status-word-partially-captured = оплачен частично
status-word-captured = оплачен
status-word-partially-refunded = возвращён частично
status-word-refunded = возвращён
status-word-voided = резерв снят
status-word-declined = не прошёл
status-word-expired = не завершён вовремя

security-title = <b>Безопасность аккаунта</b>
security-email = Почта: { $email }
security-none = Ни в одном браузере вход не выполнен.
security-sessions = Вход выполнен в браузерах: { $count }
security-session =
    { $device }
    с { $since }, последний раз { $seen }
security-advice = Есть незнакомый? Завершите его сеанс и смените пароль на сайте.
key-session-end = Выйти: { $device }
key-session-end-all = Выйти везде
toast-session-ended = Сеанс завершён.
toast-session-gone = Он уже был завершён.

lookup-ask =
    <b>Что с платежом?</b>
    Напишите три вещи в одной строке: номер платежа, сумму и последние четыре цифры карты или почту, которую вы дали магазину. Например:
    <code>7K3M-9QX2-4D 49.90 4242</code>
lookup-wrong = Это не три вещи в одной строке. Например: <code>7K3M-9QX2-4D 49.90 4242</code>. Номер платежа стоит в письме и на странице магазина.
lookup-often = Слишком много запросов. Попробуйте ещё раз через десять минут.
lookup-none =
    <b>Такого платежа нет</b>
    Номер, сумма и подтверждение не сходятся. Проверьте их в письме или спросите магазин.
lookup-found =
    <b>{ $status }</b>
    Магазин: { $shop }
    Чтобы видеть всё о своих платежах, начните с /start.
