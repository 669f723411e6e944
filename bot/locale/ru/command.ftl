# Команды, как их показывают меню, и как сотрудники пользуются своими.

command-start = Начать
command-payments = Мои платежи
command-language = Язык
command-help = Что я умею
command-privacy = Что происходит с вашими данными
command-cancel = Прекратить то, что делаем
command-pay = Один платёж
command-find = Найти платежи
command-why = Почему решено именно так
command-review = Что ждёт решения
command-status = Состояние системы
command-refund = Вернуть деньги
command-list = Списки риска
command-block = В чёрный список
command-allow = В список разрешённых
command-audit = Кто что сделал
command-settle = Что банк говорит о сообщении без ответа
command-applications = Магазины, которые нас ждут
command-merchant = Магазин на пути

usage-pay = /pay &lt;id, номер платежа, заказ или последние четыре цифры&gt; – карточка платежа
usage-find = /find &lt;почта, номер платежа, заказ или последние четыре цифры&gt; – до десяти платежей
usage-why = /why &lt;платёж&gt; – риск и банк, с объяснением
usage-review = /review – платежи, которые ждут решения
usage-status = /status – очереди и база данных
usage-refund = /refund &lt;платёж&gt; [сумма] [причина] – вернуть деньги, с подтверждением
usage-list = /list – списки; /list add &lt;trust, allow, block или gray&gt; &lt;card, email, ip, bin или country&gt; &lt;значение&gt; &lt;причина&gt;
usage-block = /block &lt;признак&gt; &lt;значение&gt; [причина]
usage-allow = /allow &lt;признак&gt; &lt;значение&gt; [причина]
usage-audit = /audit [предмет] – последние строки журнала
usage-settle = /settle &lt;op_…&gt; &lt;done или failed&gt; &lt;причина&gt; – записывает, что банк сказал о сообщении без исхода
usage-applications = /applications – магазины, ждущие нашего шага
usage-merchant = /merchant &lt;mer_…&gt; [approve, decline, fee, suspend, resume, close или extend] [причина, номер перевода или дни и причина]
